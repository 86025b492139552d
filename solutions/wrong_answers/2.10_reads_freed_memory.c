/* mistake: reads curl out of what it has just freed
 * caught by: test_curl_loop.py::test_the_loop_ends_when_all_have_ended
 * says: freed */
    uv_poll_stop(&watched->poll);
    uv_close((uv_handle_t *)&watched->poll, socket_on_closed);
}

static void socket_on_closed(uv_handle_t *handle)
{
    struct watched_socket *watched =
        container_of((uv_poll_t *)handle, struct watched_socket, poll);

    free(watched);
    curl_loop_finish(watched->curl);
