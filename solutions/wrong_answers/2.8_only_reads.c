/* mistake: never watches whether a socket can be written to
 * caught by: test_curl_loop.py::test_the_request_goes_out_and_the_answer_comes_in
 * says: waits to be able to write */
    (void)what;
    return uv_poll_start(&watched->poll, UV_READABLE, loop_on_socket);
