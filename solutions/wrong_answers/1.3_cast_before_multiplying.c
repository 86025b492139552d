/* mistake: cuts the seconds to a whole number before it makes milliseconds of them
 * caught by: test_sleep_gather.py::test_the_shortest_sleep_ends_first
 * says: multiply by 1000 before the cast */
    return uv_timer_start(&task->timer, on_timer, (uint64_t)task->seconds * 1000, 0);
