/* mistake: does not read, nor notice that the client goes, while a handler works
 * caught by: test_http_server_limits.py::test_who_goes_is_noticed
 * says: nobody noticed */
    struct list *first = list_first(&connection->exchanges);
    bool works = first != NULL &&
                 container_of(first, struct http_exchange, link)->must_answer;
    bool wanted = connection->write == NULL && !works && connection_may_wait(connection);
