/* mistake: counts those who wait as well, so that a long queue begins nothing
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 0 in flight while others waited */
    size_t taken = client->count[HTTP_IN_FLIGHT] + client->count[HTTP_QUEUED];

    if (first == NULL || taken > client->options.max_in_flight)
        return NULL;
    return container_of(first, struct http_call, link);
