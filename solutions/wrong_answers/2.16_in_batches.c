/* mistake: begins the next batch only when the last of this one has ended
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 2 in flight while others waited */
    struct list *first;

    if (client->count[HTTP_IN_FLIGHT] > 0)
        return;
    while (client->count[HTTP_IN_FLIGHT] < client->options.max_in_flight &&
           (first = list_first(&client->calls[HTTP_QUEUED])) != NULL)
        call_begin(container_of(first, struct http_call, link));
