/* mistake: takes a timer of 0 ms for none
 * caught by: test_curl_loop.py::test_a_transfer_begins
 * says: asked for a timer of 0 ms */
    if (timeout_ms > 0)
        uv_timer_start(&curl->timer, loop_on_timer, (uint64_t)timeout_ms, 0);
    else
        uv_timer_stop(&curl->timer);
    return 0;
