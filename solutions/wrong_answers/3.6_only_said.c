/* mistake: says that it closes the connection, and does not
 * caught by: test_http_server.py::test_who_closes
 * says: and the connection stays open */
    bool close = exchange->close || !exchange->request.keep_alive ||
                 exchange->server->stopping;

    append_header(&exchange->answer, "Connection", close ? "close" : "keep-alive");
