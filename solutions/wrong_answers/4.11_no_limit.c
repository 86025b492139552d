/* mistake: lets any number wait
 * caught by: test_background.py::test_a_full_queue_refuses
 * says: five were told: 0; 0; 0; 0; 0 */
static bool background_has_room(const struct background *background)
{
    (void)background;
    return true;
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
