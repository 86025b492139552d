/* mistake: takes an answer that was given for one that was sent
 * caught by: test_http_server.py::test_stopping_sends_what_was_answered
 * says: more bytes of the body */
    if (list_is_empty(&connection->exchanges))
        connection_close(connection);
