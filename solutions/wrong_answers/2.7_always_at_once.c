/* mistake: calls curl in the next turn, whatever time it has named
 * caught by: test_curl_loop.py::test_a_timer_waits_for_its_time
 * says: although the next thing that curl waits for */
    if (timeout_ms < 0)
        uv_timer_stop(&curl->timer);
    else
        uv_timer_start(&curl->timer, loop_on_timer, 0, 0);
    return 0;
