/* mistake: begins with the last one that came
 * caught by: test_http_client.py::test_the_first_that_came_is_the_first_to_go
 * says: they went in this order: 107, 106 */
    struct list *queue = &client->calls[HTTP_QUEUED];

    while (client->count[HTTP_IN_FLIGHT] < client->options.max_in_flight &&
           !list_is_empty(queue))
        call_begin(container_of(queue->previous, struct http_call, link));
