/* mistake: runs the next one inside task_end()
 * caught by: test_background.py::test_the_next_one_does_not_run_inside_task_end
 * says: inside task_end() */
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
    background_on_turn(&background->turn);
}
