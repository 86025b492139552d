/* mistake: adds each task's time to the one before: all start at once, but sleep in turn
 * caught by: test_sleep_gather.py::test_the_shortest_sleep_ends_first
 * says: each task waits for the one before it
 * exercise: 1.9 */
    static double begin;

    begin += task->seconds;
    return uv_timer_start(&task->timer, on_timer, (uint64_t)(begin * 1000 + 0.5), 0);
