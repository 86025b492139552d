/* mistake: closes the connection, and says that it is kept
 * caught by: test_http_server.py::test_who_closes
 * says: Connection: close: 200, Connection: keep-alive */
    if (!exchange->request.keep_alive || exchange->server->stopping)
        exchange->close = true;
    append_header(&exchange->answer, "Connection", "keep-alive");
