/* mistake: swaps reading and writing
 * caught by: test_curl_loop.py::test_the_request_goes_out_and_the_answer_comes_in
 * says: curl waits to be able to */
    int events = 0;

    if (what & CURL_POLL_IN)
        events |= UV_WRITABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_READABLE;
    return uv_poll_start(&watched->poll, events, loop_on_socket);
