/* mistake: does not return what went wrong
 * caught by: test_http_server.py::test_a_port_that_is_taken
 * says: still running */
    server_bind(server, host, port);
    uv_listen((uv_stream_t *)&server->listener, BACKLOG, server_on_connection);
    return 0;
