/* mistake: calls curl from inside curl's own callback, when the timer is one of 0 ms
 * caught by: test_curl_loop.py::test_a_transfer_begins
 * says: was not called when it was due */
    if (timeout_ms < 0)
        uv_timer_stop(&curl->timer);
    else if (timeout_ms == 0)
        loop_on_timer(&curl->timer);
    else
        uv_timer_start(&curl->timer, loop_on_timer, (uint64_t)timeout_ms, 0);
    return 0;
