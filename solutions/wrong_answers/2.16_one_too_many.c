/* mistake: begins one more than the cap allows
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 4 in flight at once, with a cap of 3 */
    if (first == NULL ||
        client->count[HTTP_IN_FLIGHT] > client->options.max_in_flight)
        return NULL;
    return container_of(first, struct http_call, link);
