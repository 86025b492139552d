/* mistake: reads on while what came has to wait, and loses what has no room
 * caught by: test_http_server_limits.py::test_what_waits_is_not_lost
 * says: nothing more came */
    bool wanted = connection->write == NULL;
