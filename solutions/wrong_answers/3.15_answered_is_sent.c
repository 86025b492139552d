/* mistake: takes an answer that was given for one that was sent
 * caught by: test_http_server.py::test_an_answer_on_its_way_is_sent_to_its_end
 * says: closed the connection */
    if (list_is_empty(&connection->exchanges))
        connection_close(connection);
