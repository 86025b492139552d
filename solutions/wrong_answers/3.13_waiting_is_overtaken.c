/* mistake: reads on while what came before has to wait
 * caught by: test_http_server.py::test_a_connection_has_so_many_under_way
 * says: out of order */
    bool wanted = connection->write == NULL;
