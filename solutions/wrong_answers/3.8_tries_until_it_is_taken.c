/* mistake: tries again until the socket has taken all, and blocks the loop
 * caught by: test_http_server.py::test_two_large_answers_at_once
 * says: nothing more came */
    (void)connection_on_written, (void)memcpy;
    while (length > 0) {
        uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);
        int taken = uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1);
        if (taken < 0 && taken != UV_EAGAIN)
            return taken;
        if (taken > 0) {
            bytes += taken;
            length -= (size_t)taken;
        }
    }
    return 0;
