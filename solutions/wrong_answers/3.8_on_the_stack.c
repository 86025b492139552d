/* mistake: has the write request on the stack
 * caught by: test_http_server.py::test_a_large_answer_comes_whole
 * says: the program used memory after it was freed */
    struct http_write write = {.connection = connection, .unsent = length};
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);
    int status = uv_write(&write.request, (uv_stream_t *)&connection->tcp, &buffer, 1,
                          connection_on_written);

    (void)memcpy;
    if (status == 0)
        connection->write = &write;
    return status;
