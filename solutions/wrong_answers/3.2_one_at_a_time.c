/* mistake: serves one connection at a time
 * caught by: test_http_server.py::test_many_clients_at_once
 * says: nothing more came */
    if (server->connection_count > 0) {
        server->full = true; /* until the one has ended */
        return;
    }
    struct http_connection *connection = connection_create(server);

    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&connection->tcp) == 0)
        connection_start(connection);
    else
        connection_close(connection);
