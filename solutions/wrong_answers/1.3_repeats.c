/* mistake: starts a timer that repeats
 * caught by: test_sleep_gather.py::test_a_task_runs_once
 * says: the period of its timer is 0 */
    uint64_t ms = (uint64_t)(task->seconds * 1000 + 0.5);

    return uv_timer_start(&task->timer, on_timer, ms, ms + 1);
