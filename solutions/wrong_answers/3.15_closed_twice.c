/* mistake: closes the handle, and then the connection, which closes it again
 * caught by: test_http_server.py::test_what_is_under_way_is_finished
 * says: uv_close() was called twice */
    if (connection_is_idle(connection)) {
        uv_close((uv_handle_t *)&connection->tcp, NULL);
        connection_close(connection);
    }
