/* mistake: frees a closed handle, and does not count it down
 * caught by: test_curl_loop.py::test_nothing_is_left_of_the_sockets
 * says: has not said that it is closed */
    uv_poll_stop(&watched->poll);
    uv_close((uv_handle_t *)&watched->poll, socket_on_closed);
}

static void socket_on_closed(uv_handle_t *handle)
{
    free(container_of((uv_poll_t *)handle, struct watched_socket, poll));
