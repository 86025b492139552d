/* mistake: does not look whether the address could be had
 * caught by: test_http_server.py::test_an_address_of_another_machine
 * says: server_bind() has failed */
    server_bind(server, host, port);
    return uv_listen((uv_stream_t *)&server->listener, BACKLOG, server_on_connection);
