/* mistake: begins with the last one that came
 * caught by: test_http_client.py::test_the_first_that_came_is_the_first_to_go
 * says: they went in this order: 107, 106 */
    if (first == NULL ||
        client->count[HTTP_IN_FLIGHT] >= client->options.max_in_flight)
        return NULL;
    return container_of(client->calls[HTTP_QUEUED].previous, struct http_call, link);
