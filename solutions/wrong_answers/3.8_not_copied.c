/* mistake: does not copy the bytes, which are the server's
 * caught by: test_http_server.py::test_a_large_answer_comes_whole
 * says: the program used memory after it was freed */
    struct http_write *write = xmalloc(sizeof *write);
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);

    (void)memcpy;
    write->connection = connection;
    write->unsent = length;
    int status = uv_write(&write->request, (uv_stream_t *)&connection->tcp, &buffer, 1,
                          connection_on_written);
    if (status != 0)
        free(write);
    else
        connection->write = write;
    return status;
