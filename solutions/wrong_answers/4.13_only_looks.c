/* mistake: never remembers what it has seen
 * caught by: test_call_control.py::test_each_event_three_times
 * says: the joke was told 3 times
 * exercise: 4.10 */
    if (id_set_has(&control->seen, event->id))
        return 0;
    int status = job_start(control, event, job_run);
    if (status != 0)
        id_set_remove(&control->seen, event->id);
    return status;
