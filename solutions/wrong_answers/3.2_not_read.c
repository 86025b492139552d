/* mistake: accepts the client, and does not begin to read
 * caught by: test_http_server.py::test_a_client_is_accepted
 * says: nobody reads it */
    struct http_connection *connection = connection_create(server);

    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&connection->tcp) != 0)
        connection_close(connection);
