/* mistake: never watches whether there is something to read
 * caught by: test_curl_loop.py::test_the_request_goes_out_and_the_answer_comes_in
 * says: waits to be able to read */
    (void)what;
    return uv_poll_start(&watched->poll, UV_WRITABLE, loop_on_socket);
