/* mistake: takes every event of a type for the same
 * caught by: test_call_control.py::test_the_same_type_or_call_again
 * says: worked on: */
    if (!id_set_add(&control->seen, call_event_name(event)))
        return 0;
    int status = job_start(control, event, job_run);
    if (status != 0)
        id_set_remove(&control->seen, call_event_name(event));
    return status;
