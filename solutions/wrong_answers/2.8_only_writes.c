/* mistake: never watches whether there is something to read
 * caught by: test_curl_loop.py::test_the_answer_is_read
 * says: waits to be able to read */
    (void)what;
    return uv_poll_start(&watched->poll, UV_WRITABLE, loop_on_socket);
