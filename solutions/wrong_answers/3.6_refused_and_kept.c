/* mistake: forgets that a refused request closes the connection
 * caught by: test_http_server.py::test_a_request_that_is_refused_closes
 * says: keep-alive, not closed */
    exchange->close = !exchange->request.keep_alive && exchange->request.method != NULL;
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
