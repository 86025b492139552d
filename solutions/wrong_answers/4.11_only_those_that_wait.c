/* mistake: takes those that will run at once for such as have to wait
 * caught by: test_background.py::test_a_full_queue_refuses
 * says: five were told: 0; ENOBUFS */
static bool background_has_room(const struct background *background)
{
    return background->queued < background->options.max_queued;
}

static bool background_may_run(const struct background *background)
{
    return background->running < background->options.max_running;
}

static void background_next(struct background *background)
{
    if (background_has_next(background))
        uv_idle_start(&background->turn, background_on_turn);
}
