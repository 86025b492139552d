/* mistake: leaves idle connections open, and never ends
 * caught by: test_http_server.py::test_what_is_under_way_is_finished
 * says: stays open */
    (void)connection;
