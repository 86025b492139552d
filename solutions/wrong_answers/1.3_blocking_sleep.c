/* mistake: sleeps in the start function and so blocks the loop
 * caught by: test_sleep_gather.py::test_the_shortest_sleep_ends_first
 * says: blocks the loop
 * exercise: 1.9 */
    uv_sleep((unsigned)(task->seconds * 1000 + 0.5));
    return uv_timer_start(&task->timer, on_timer, 0, 0);
