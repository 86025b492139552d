/* mistake: runs nothing more when one has ended
 * caught by: test_background.py::test_the_next_one_runs_when_one_ends
 * says: they ran as a, b; */
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
    (void)background;
}
