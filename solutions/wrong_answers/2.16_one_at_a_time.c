/* mistake: begins the next one only when none is in flight
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 1 in flight while others waited */
    if (first == NULL || client->count[HTTP_IN_FLIGHT] > 0)
        return NULL;
    return container_of(first, struct http_call, link);
