/* mistake: stops the handle, but does not close it
 * caught by: test_curl_loop.py::test_nothing_is_left_of_the_sockets
 * says: has not said that it is closed */
    (void)socket_on_closed;
    uv_poll_stop(&watched->poll);
}

static void socket_on_closed(uv_handle_t *handle)
{
    (void)handle;
