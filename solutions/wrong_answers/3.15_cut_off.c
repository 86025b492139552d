/* mistake: closes every connection at once
 * caught by: test_http_server.py::test_stopping_finishes_what_is_under_way
 * says: closed the connection */
    connection_close(connection);
