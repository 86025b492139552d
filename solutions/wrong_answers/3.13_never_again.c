/* mistake: stops to read, and nobody knows that it has to begin again
 * caught by: test_http_server.py::test_who_does_not_read_is_not_read_from
 * says: nothing more came */
    bool wanted = connection_may_wait(connection);

    if (connection->write != NULL)
        uv_read_stop((uv_stream_t *)&connection->tcp);
