/* mistake: has the loop turn and turn while one waits
 * caught by: test_background.py::test_the_loop_may_sleep_when_it_is_full
 * says: the loop cannot sleep */
static bool background_has_room(const struct background *background)
{
    return background->running + background->queued <
           background->options.max_running + background->options.max_queued;
}

static bool background_may_run(const struct background *background)
{
    return background->running < background->options.max_running;
}

static void background_next(struct background *background)
{
    if (!list_is_empty(&background->queued_tasks))
        uv_idle_start(&background->turn, background_on_turn);
}
