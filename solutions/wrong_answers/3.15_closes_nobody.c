/* mistake: leaves idle connections open, and never ends
 * caught by: test_http_server.py::test_who_is_idle_is_closed
 * says: stays open */
    (void)connection;
