/* mistake: frees the handle's memory before its close callback has come
 * caught by: test_curl_loop.py::test_the_loop_ends_when_all_have_ended
 * says: freed */
    struct curl_loop *curl = watched->curl;

    uv_poll_stop(&watched->poll);
    uv_close((uv_handle_t *)&watched->poll, socket_on_closed);
    free(watched);
    curl_loop_finish(curl);
}

static void socket_on_closed(uv_handle_t *handle)
{
    (void)handle;
