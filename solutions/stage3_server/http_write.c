/* http_write: what the socket does not take at once.
 *
 * A socket takes as many bytes as the kernel has room for, which is mostly all of them.
 * The rest must stay in memory until the client has read some: with the write request,
 * which libuv uses until its callback has come.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "stage3_server/http_connection.h"

#include <stdlib.h>
#include <string.h>

/* A write that is under way, and its bytes. */
struct http_write {
    uv_write_t request;
    struct http_connection *connection;
    size_t unsent; /* bytes, when the sweep looked last */
    char bytes[];
};

static int connection_write_rest(struct http_connection *connection, const char *bytes,
                                 size_t length);
static void connection_on_written(uv_write_t *request, int status);

int connection_write(struct http_connection *connection, const char *bytes, size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);
    int taken = uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1);

    if (taken == UV_EAGAIN)
        taken = 0;
    if (taken < 0)
        return taken;
    if ((size_t)taken == length)
        return 0;
    return connection_write_rest(connection, bytes + taken, length - (size_t)taken);
}

static int connection_write_rest(struct http_connection *connection, const char *bytes,
                                 size_t length)
{
    struct http_write *write = xmalloc(sizeof *write + length);
    uv_buf_t buffer = uv_buf_init(write->bytes, (unsigned)length);

    memcpy(write->bytes, bytes, length);
    write->connection = connection;
    write->unsent = length;
    int status = uv_write(&write->request, (uv_stream_t *)&connection->tcp, &buffer, 1,
                          connection_on_written);
    if (status != 0)
        free(write);
    else
        connection->write = write;
    return status;
}

static void connection_on_written(uv_write_t *request, int status)
{
    struct http_write *write = container_of(request, struct http_write, request);
    struct http_connection *connection = write->connection;

    connection->write = NULL;
    free(write);
    connection_written(connection, status);
}

bool connection_progressed(struct http_connection *connection)
{
    size_t before = connection->write->unsent;

    connection->write->unsent =
        uv_stream_get_write_queue_size((uv_stream_t *)&connection->tcp);
    return connection->write->unsent != before;
}
