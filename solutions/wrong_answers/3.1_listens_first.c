/* mistake: listens before the listener has its address
 * caught by: test_http_server.py::test_it_listens
 * says: invalid argument */
    int status =
        uv_listen((uv_stream_t *)&server->listener, BACKLOG, server_on_connection);

    if (status == 0)
        status = server_bind(server, host, port);
    return status;
