/* mistake: begins the deadline again when it has passed
 * caught by: test_background.py::test_hurry_does_not_ask_inside
 * says: it was asked 2 times */
void background_drain(struct background *background, uint64_t deadline_ms,
                      background_drained_cb on_drained)
{
    background->draining = true;
    background->on_drained = on_drained;
    uv_timer_start(&background->deadline, background_on_deadline, deadline_ms, 0);
    background_end_drain(background);
}

void background_hurry(struct background *background)
{
    uv_timer_start(&background->deadline, background_on_deadline, 0, 0);
}

static void background_on_deadline(uv_timer_t *deadline)
{
    struct background *background = container_of(deadline, struct background, deadline);

    background_name(background, &background->running_tasks);
    background_name(background, &background->queued_tasks);
    background_cancel(background, &background->running_tasks);
    background_cancel(background, &background->queued_tasks);
}
