/* mistake: starts the timer for -1, too: that is half a billion years
 * caught by: test_curl_loop.py::test_a_timer_that_is_not_wanted_stops
 * says: curl's timer is due now; curl's timer is due later */
    uv_timer_start(&curl->timer, loop_on_timer, (uint64_t)timeout_ms, 0);
    return 0;
