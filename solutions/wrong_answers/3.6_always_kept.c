/* mistake: keeps a connection that the client wants closed
 * caught by: test_http_server.py::test_a_connection_is_closed_when_the_client_wants_it
 * says: keep-alive */
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
