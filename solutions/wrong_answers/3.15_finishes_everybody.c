/* mistake: takes the requests that are under way from their handlers
 * caught by: test_http_server.py::test_stopping_finishes_what_is_under_way
 * says: has gone */
    if (connection_is_idle(connection))
        connection_close(connection);
    else
        connection_finish(connection);
