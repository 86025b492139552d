/* mistake: forgets that a refused request closes the connection
 * caught by: test_http_server.py::test_a_late_request_is_408
 * says: keep-alive */
    exchange->close = !exchange->request.keep_alive && exchange->request.method != NULL;
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
