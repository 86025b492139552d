/* http_stream: an answer that comes in pieces.
 *
 * Its head is sent before its end is known. Where the body ends is told by its length, if
 * that is known; else each piece goes out as a chunk with a length of its own, and a
 * chunk of no bytes ends it (RFC 9112, 7.1). A client of HTTP/1.0 does not know chunks:
 * for him the answer ends with the connection.
 *
 * What was written is sent in the next turn of the loop, and the handler is asked for the
 * next piece in one after the client has taken it: so that a client who takes all at once
 * does not keep the others waiting, and that nothing happens behind the back of a handler
 * that writes. */
#include "lib/memory.h"
#include "stage3_server/http_connection.h"
#include "stage3_server/http_text.h"

#include <stdio.h>
#include <string.h>

static void stream_wake(struct http_exchange *exchange);
static void server_on_turn(uv_idle_t *turn);
static void stream_on_turn(struct http_exchange *exchange);
static void stream_finish(struct http_exchange *exchange);

bool http_stream_start(struct http_exchange *exchange, int status, const char *type,
                       int64_t length, http_more_cb on_more)
{
    bool knows_chunks = exchange->request.llhttp.http_minor > 0;
    bool has_body = http_status_has_body(status);

    if (exchange->connection != NULL) {
        exchange->stream.chunked = has_body && length < 0 && knows_chunks;
        if (exchange->stream.chunked)
            append_header(&exchange->headers, "Transfer-Encoding", "chunked");
        else if (has_body && length < 0)
            exchange->close = true;
        answer_head(exchange, status, has_body ? type : NULL,
                    has_body ? length : HTTP_LENGTH_UNKNOWN);
    }
    if (exchange->connection == NULL || !has_body || http_is_head(exchange)) {
        exchange_end(exchange);
        return false;
    }
    /* Else the kernel would hold back the second of two small pieces, in the hope of a
     * third, until the client has confirmed the first. */
    uv_tcp_nodelay(&exchange->connection->tcp, 1);
    exchange->stream.left = length;
    exchange->stream.on_more = on_more;
    exchange->stream.asked = false;
    stream_wake(exchange);
    return true;
}

void http_stream_write(struct http_exchange *exchange, const void *bytes, size_t length)
{
    char size[sizeof "ffffffffffffffff\r\n"];

    if (exchange->stream.left >= 0) {
        if (length > (uint64_t)exchange->stream.left)
            length = (size_t)exchange->stream.left;
        exchange->stream.left -= (int64_t)length;
    }
    if (exchange->connection == NULL || length == 0)
        return;
    if (exchange->stream.chunked) {
        snprintf(size, sizeof size, "%zx\r\n", length);
        buffer_append(&exchange->answer, size, strlen(size));
    }
    buffer_append(&exchange->answer, bytes, length);
    if (exchange->stream.chunked)
        buffer_append(&exchange->answer, "\r\n", 2);
    exchange->stream.asked = false;
    stream_wake(exchange);
}

void http_stream_end(struct http_exchange *exchange)
{
    if (exchange->stream.left > 0) {
        http_stream_abort(exchange);
        return;
    }
    if (exchange->stream.chunked)
        buffer_append(&exchange->answer, "0\r\n\r\n", 5);
    stream_finish(exchange);
}

void http_stream_abort(struct http_exchange *exchange)
{
    exchange->close = true;
    stream_finish(exchange);
}

static void stream_finish(struct http_exchange *exchange)
{
    exchange->stream.on_more = NULL;
    stream_forget(exchange);
    exchange_end(exchange);
}

/* --- What the next turn does --- */

void server_init_streams(struct http_server *server)
{
    list_init(&server->awake);
    uv_idle_init(server->loop, &server->turn);
}

void connection_ask_for_more(struct http_connection *connection)
{
    struct list *first = list_first(&connection->exchanges);

    if (first == NULL || connection->write != NULL || connection->closing)
        return;
    struct http_exchange *exchange = container_of(first, struct http_exchange, link);
    if (exchange->stream.on_more != NULL && !exchange->stream.asked)
        stream_wake(exchange);
}

static void stream_wake(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;

    if (exchange->stream.link.next != NULL)
        return;
    list_append(&server->awake, &exchange->stream.link);
    uv_idle_start(&server->turn, server_on_turn);
}

/* Who is woken meanwhile waits for the turn after this one. */
static void server_on_turn(uv_idle_t *turn)
{
    struct http_server *server = container_of(turn, struct http_server, turn);
    struct list now, *first;

    list_init(&now);
    while ((first = list_first(&server->awake)) != NULL) {
        list_remove(first);
        list_append(&now, first);
    }
    uv_idle_stop(turn);
    while ((first = list_first(&now)) != NULL) {
        list_remove(first);
        stream_on_turn(container_of(first, struct http_exchange, stream.link));
    }
}

static void stream_on_turn(struct http_exchange *exchange)
{
    if (exchange->answer.length > 0) {
        connection_answered(exchange->connection);
    } else if (exchange->connection->write == NULL) { /* else it is woken again */
        exchange->stream.asked = true;
        exchange->stream.on_more(exchange);
    }
}

void stream_forget(struct http_exchange *exchange)
{
    if (exchange->stream.link.next != NULL)
        list_remove(&exchange->stream.link);
}
