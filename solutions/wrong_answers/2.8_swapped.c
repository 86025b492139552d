/* mistake: swaps reading and writing
 * caught by: test_curl_loop.py::test_the_answer_is_read
 * says: was not read */
    int events = 0;

    if (what & CURL_POLL_IN)
        events |= UV_WRITABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_READABLE;
    return uv_poll_start(&watched->poll, events, loop_on_socket);
