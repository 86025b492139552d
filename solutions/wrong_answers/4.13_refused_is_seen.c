/* mistake: remembers an event that was refused
 * caught by: test_call_control.py::test_an_event_that_was_refused_was_not_seen
 * says: is lost */
    if (!id_set_add(&control->seen, event->id))
        return 0;
    return job_start(control, event, job_run);
