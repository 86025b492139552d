/* mistake: always watches for both, so the loop never rests
 * caught by: test_curl_loop.py::test_the_loop_rests_while_nothing_happens
 * says: in which nothing happened */
    (void)what;
    return uv_poll_start(&watched->poll, UV_READABLE | UV_WRITABLE, loop_on_socket);
