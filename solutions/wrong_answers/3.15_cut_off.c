/* mistake: closes every connection at once
 * caught by: test_http_server.py::test_what_is_under_way_is_finished
 * says: closed the connection */
    connection_close(connection);
