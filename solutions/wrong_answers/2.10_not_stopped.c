/* mistake: leaves the handle as it is, since curl closes the socket
 * caught by: test_curl_loop.py::test_the_loop_ends_when_all_have_ended
 * says: still watched */
    (void)watched, (void)socket_on_closed;
}

static void socket_on_closed(uv_handle_t *handle)
{
    (void)handle;
