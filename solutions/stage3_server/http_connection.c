/* http_connection: bytes come in, requests go to their handlers, answers go out.
 *
 * A read is not a request: it may bring half of one, or several. So what was read is fed
 * to a parser, which says how much of it belongs to the request that it is at; with the
 * rest the next one begins. Whatever the handlers answer meanwhile is sent together at
 * the end.
 *
 * Answers go out in the order of the requests, whatever the order in which the handlers
 * finish. A client that does not read its answers is not read from either.
 *
 * In the order of time: */
#include "stage3_server/http_connection.h"

#include "lib/memory.h"

#include <stdlib.h>

enum { KEPT_OUT = 256 * 1024 }; /* bytes of memory kept for what the next turn sends */

static void connection_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void connection_on_read(uv_stream_t *stream, ssize_t count,
                               const uv_buf_t *buffer);
static void connection_take(struct http_connection *connection, const char *bytes,
                            ssize_t count);
static void connection_go_on(struct http_connection *connection);
static void connection_send(struct http_connection *connection);
static bool connection_collect(struct http_connection *connection, struct buffer *out);
static void connection_want_read(struct http_connection *connection);

void connection_start(struct http_connection *connection)
{
    connection_want_read(connection);
}

/* One buffer for all: what was read is used up before the next connection is read. */
static void connection_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct http_connection *connection =
        container_of((uv_tcp_t *)handle, struct http_connection, tcp);

    (void)suggested;
    *buffer = uv_buf_init(connection->server->read_buffer, HTTP_READ_SIZE);
}

static void connection_on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct http_connection *connection =
        container_of((uv_tcp_t *)stream, struct http_connection, tcp);

    connection_take(connection, buffer->base, count);
    connection_go_on(connection);
}

/* Feeds `count` bytes to the parser of one request after the other. Those that it cannot
 * take now have to wait for some answers. */
static void connection_take(struct http_connection *connection, const char *bytes,
                            ssize_t count)
{
    size_t taken = 0, length = count > 0 ? (size_t)count : 0;

    connection->busy = true;
    if (count < 0) /* UV_EOF: the client has closed its side; else: it broke */
        connection_close(connection);
    while (taken < length && !connection->last && connection_has_room(connection)) {
        struct http_exchange *exchange = exchange_being_read(connection);

        taken += request_parser_feed(&exchange->request, bytes + taken, length - taken);
        exchange_advance(exchange);
    }
    connection->busy = false;
    if (taken < length && !connection->last)
        connection_put_aside(connection, bytes + taken, length - taken);
}

void connection_answered(struct http_connection *connection)
{
    if (!connection->busy)
        connection_go_on(connection);
}

void connection_written(struct http_connection *connection, int status)
{
    if (status != 0)
        connection_close(connection);
    else
        connection_go_on(connection);
}

/* Sends what can be sent, and reads on as far as there is room. */
static void connection_go_on(struct http_connection *connection)
{
    struct buffer waiting;

    do {
        connection_send(connection);
        while (connection_take_back(connection, &waiting)) {
            connection_take(connection, waiting.data, (ssize_t)waiting.length);
            buffer_deinit(&waiting);
            connection_send(connection);
        }
    } while (connection_dispatch_held(connection));
    connection_want_read(connection);
    connection_ask_for_more(connection);
}

/* One write for all that is there. While the client has not taken what was written
 * before, there is none. */
static void connection_send(struct http_connection *connection)
{
    struct buffer *out = &connection->server->out;

    if (connection->write != NULL || connection->closing)
        return;
    buffer_clear(out);
    bool more = !connection->ends && connection_collect(connection, out);
    if (out->length > 0 && connection_write(connection, out->data, out->length) != 0)
        connection_close(connection);
    else if (!more || connection->ends ||
             (connection->server->stopping && connection_has_no_request(connection)))
        connection_finish(connection);
    if (connection->write != NULL) /* the client's time to read it begins */
        connection->since = uv_now(connection->server->loop);
    if (out->capacity > KEPT_OUT)
        buffer_deinit(out);
}

/* Moves to `out` what may be sent now: the answers in the order of the requests, up to
 * the first that is not whole, and of that one what there is. False when the connection
 * is to be closed after it. */
static bool connection_collect(struct http_connection *connection, struct buffer *out)
{
    struct list *first;

    while ((first = list_first(&connection->exchanges)) != NULL) {
        struct http_exchange *exchange = container_of(first, struct http_exchange, link);

        buffer_append(out, exchange->answer.data, exchange->answer.length);
        buffer_clear(&exchange->answer);
        if (!exchange->answered)
            return true;
        bool more = !exchange->close;
        exchange_release(exchange);
        if (!more)
            return false;
    }
    return true;
}

/* Who does not read what we write is not read from: else what he asks for would pile up
 * here. */
static void connection_want_read(struct http_connection *connection)
{
    bool wanted = connection->write == NULL && connection_may_wait(connection);

    if (connection->closing || wanted == connection->reading)
        return;
    connection->reading = wanted;
    if (!wanted)
        uv_read_stop((uv_stream_t *)&connection->tcp);
    else if (uv_read_start((uv_stream_t *)&connection->tcp, connection_on_alloc,
                           connection_on_read) != 0)
        connection_close(connection);
}
