/* mistake: begins all of the queue at once
 * caught by: test_http_client.py::test_the_cap_is_kept_and_used
 * says: 10 in flight at once, with a cap of 3 */
    return first != NULL ? container_of(first, struct http_call, link) : NULL;
