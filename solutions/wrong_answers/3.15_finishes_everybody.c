/* mistake: takes the requests that are under way from their handlers
 * caught by: test_http_server.py::test_what_is_under_way_is_finished
 * says: closed the connection */
    if (connection_is_idle(connection))
        connection_close(connection);
    else
        connection_finish(connection);
