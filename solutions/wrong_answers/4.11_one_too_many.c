/* mistake: runs one more than may
 * caught by: test_background.py::test_no_more_run_than_may
 * says: 3 run, 1 wait */
static bool background_has_room(const struct background *background)
{
    return background->running + background->queued <
           background->options.max_running + background->options.max_queued;
}

static bool background_may_run(const struct background *background)
{
    return background->running <= background->options.max_running;
}

static void background_next(struct background *background)
{
    if (background_has_next(background))
        uv_idle_start(&background->turn, background_on_turn);
}
