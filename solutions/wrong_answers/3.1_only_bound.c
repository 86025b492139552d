/* mistake: gives the listener its address, and does not listen
 * caught by: test_http_server.py::test_it_listens
 * says: refuses who connects */
    (void)server_on_connection;
    return server_bind(server, host, port);
