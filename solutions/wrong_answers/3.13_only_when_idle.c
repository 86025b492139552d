/* mistake: does not read, nor notice that the client goes, while a handler works
 * caught by: test_http_server_limits.py::test_who_goes_is_noticed
 * says: nobody noticed */
    bool wanted = connection_is_idle(connection) && connection_may_wait(connection);
