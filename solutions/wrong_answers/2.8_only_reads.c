/* mistake: never watches whether a socket can be written to
 * caught by: test_curl_loop.py::test_a_long_request_is_sent
 * says: waits to be able to write */
    (void)what;
    return uv_poll_start(&watched->poll, UV_READABLE, loop_on_socket);
