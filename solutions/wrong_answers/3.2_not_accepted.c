/* mistake: reads without having accepted
 * caught by: test_http_server.py::test_a_client_is_accepted
 * says: nobody reads it */
    connection_start(connection_create(server));
