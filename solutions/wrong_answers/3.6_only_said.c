/* mistake: says that it closes the connection, and does not
 * caught by: test_http_server.py::test_a_connection_is_closed_when_the_client_wants_it
 * says: was not closed */
    bool close = exchange->close || !exchange->request.keep_alive ||
                 exchange->server->stopping;

    append_header(&exchange->answer, "Connection", close ? "close" : "keep-alive");
