/* mistake: refuses what it has seen, so that it is told again
 * caught by: test_call_control.py::test_each_event_three_times
 * says: 200 for each */
    if (!id_set_add(&control->seen, event->id))
        return UV_EALREADY;
    int status = job_start(control, event, job_run);
    if (status != 0)
        id_set_remove(&control->seen, event->id);
    return status;
