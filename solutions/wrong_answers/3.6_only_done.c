/* mistake: closes the connection, and says that it is kept
 * caught by: test_http_server.py::test_a_connection_is_closed_when_the_client_wants_it
 * says: keep-alive */
    if (!exchange->request.keep_alive || exchange->server->stopping)
        exchange->close = true;
    append_header(&exchange->answer, "Connection", "keep-alive");
