/* mistake: begins one request each time, and does not fill up what is free
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 1 in flight while others waited */
    struct list *first = list_first(&client->calls[HTTP_QUEUED]);

    if (first != NULL && client->count[HTTP_IN_FLIGHT] < client->options.max_in_flight)
        call_begin(container_of(first, struct http_call, link));
