/* mistake: passes seconds where libuv counts milliseconds
 * caught by: test_sleep_gather.py::test_the_shortest_sleep_ends_first
 * says: milliseconds, not seconds */
    return uv_timer_start(&task->timer, on_timer, (uint64_t)task->seconds, 0);
