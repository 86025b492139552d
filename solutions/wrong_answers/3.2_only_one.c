/* mistake: makes one connection for all clients
 * caught by: test_http_server.py::test_many_clients_at_once
 * says: an answer, up to */
    static struct http_connection *connection;

    if (connection == NULL)
        connection = connection_create(server);
    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&connection->tcp) == 0)
        connection_start(connection);
