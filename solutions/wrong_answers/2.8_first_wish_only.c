/* mistake: keeps to what curl wanted first of a socket
 * caught by: test_curl_loop.py::test_the_answer_is_read
 * says: waits to be able to read */
    int events = 0;

    if (uv_is_active((uv_handle_t *)&watched->poll))
        return 0;
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    return uv_poll_start(&watched->poll, events, loop_on_socket);
