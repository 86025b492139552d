/* mistake: counts those who wait as well, so that a long queue begins nothing
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 0 in flight while others waited */
    struct list *first;

    while (client->count[HTTP_IN_FLIGHT] + client->count[HTTP_QUEUED] <=
               client->options.max_in_flight &&
           (first = list_first(&client->calls[HTTP_QUEUED])) != NULL)
        call_begin(container_of(first, struct http_call, link));
