/* mistake: listens on any free port, not on the one that was asked for
 * caught by: test_http_server.py::test_a_port_that_is_taken
 * says: still running */
    (void)port;
    int status = server_bind(server, host, 0);

    if (status == 0)
        status =
            uv_listen((uv_stream_t *)&server->listener, BACKLOG, server_on_connection);
    return status;
