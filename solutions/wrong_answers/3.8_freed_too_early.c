/* mistake: frees the bytes before they were written
 * caught by: test_http_server.py::test_a_large_answer_comes_whole
 * says: was freed */
    struct http_write *write = xmalloc(sizeof *write + length);
    uv_buf_t buffer = uv_buf_init(write->bytes, (unsigned)length);

    memcpy(write->bytes, bytes, length);
    write->connection = connection;
    write->unsent = length;
    int status = uv_write(&write->request, (uv_stream_t *)&connection->tcp, &buffer, 1,
                          connection_on_written);

    if (status == 0)
        connection->write = write;
    free(write);
    return status;
