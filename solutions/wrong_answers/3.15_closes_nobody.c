/* mistake: leaves idle connections open, and never ends
 * caught by: test_http_server.py::test_stopping_closes_idle_connections
 * says: was not closed */
    (void)connection;
