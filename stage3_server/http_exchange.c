/* http_exchange: a request on its way to its answer.
 *
 * It is on its connection until its answer was sent, and in the server's list until it
 * was answered. When its client goes it loses its connection, and ends when it is
 * answered.
 *
 * Exchanges are used again, and keep their memory: a request that is like the one before
 * allocates nothing. */
#include "lib/memory.h"
#include "stage3_server/http_connection.h"

#include <assert.h>
#include <stdlib.h>

enum {
    MAX_SPARE = 256,      /* exchanges kept to be used again */
    MAX_KEPT = 16 * 1024, /* bytes of a buffer that such a one keeps */
    OWN_HEADERS = 100,    /* bytes of headers that are not the handler's */
};

static struct http_exchange *exchange_create(struct http_server *server);
static void exchange_leave(struct http_exchange *exchange);
static void exchange_free(struct http_exchange *exchange);

struct http_exchange *exchange_being_read(struct http_connection *connection)
{
    struct list *newest = connection->exchanges.previous;
    struct http_server *server = connection->server;
    struct http_exchange *exchange = container_of(newest, struct http_exchange, link);

    if (newest != &connection->exchanges && exchange->request.state < REQUEST_WHOLE)
        return exchange;
    exchange = exchange_create(server);
    exchange->connection = connection;
    connection->since = uv_now(server->loop);
    connection->under_way++;
    list_append(&connection->exchanges, &exchange->link);
    list_append(&server->exchanges, &exchange->server_link);
    return exchange;
}

static struct http_exchange *exchange_create(struct http_server *server)
{
    struct list *spare = list_last(&server->spare); /* most likely still in the cache */

    if (spare != NULL) {
        list_remove(spare);
        server->spare_count--;
        return container_of(spare, struct http_exchange, link);
    }
    struct http_exchange *exchange = xmalloc(sizeof *exchange);
    exchange->server = server;
    request_parser_init(&exchange->request, &server->options.limits);
    buffer_init(&exchange->path, server->options.limits.max_target + 1);
    buffer_init(&exchange->rest, server->options.limits.max_target + 1);
    buffer_init(&exchange->headers, MAX_HEADERS + OWN_HEADERS);
    buffer_init(&exchange->answer, SIZE_MAX / 2);
    return exchange;
}

void exchange_advance(struct http_exchange *exchange)
{
    static const char carry_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct http_connection *connection = exchange->connection;
    struct request_parser *request = &exchange->request;

    if (request->state == REQUEST_BODY && !exchange->head_seen) {
        exchange->head_seen = true;
        connection->since = uv_now(connection->server->loop);
        if (request->wants_continue)
            buffer_append(&exchange->answer, carry_on, sizeof carry_on - 1);
    } else if (request->state == REQUEST_WHOLE) {
        connection->held = request->wants_upgrade;
        connection->last =
            exchange->server->stopping || (!request->keep_alive && !connection->held);
        if (!connection->held)
            exchange_hand_over(exchange);
    } else if (request->state == REQUEST_FAILED) {
        exchange_refuse(exchange, request->status, request->problem);
    }
}

void exchange_refuse(struct http_exchange *exchange, int status, const char *problem)
{
    exchange->close = exchange->connection->last = true;
    exchange->must_answer = true;
    http_answer_error(exchange, status, problem);
}

void exchange_hand_over(struct http_exchange *exchange)
{
    exchange->must_answer = true;
    exchange_dispatch(exchange);
}

bool exchange_is_begun(const struct http_exchange *exchange)
{
    return exchange->request.state != REQUEST_IDLE;
}

bool exchange_is_last(const struct http_exchange *exchange)
{
    const struct http_connection *connection = exchange->connection;

    if (!exchange->server->stopping || connection == NULL)
        return false;
    const struct list *next = exchange->link.next;
    return next == &connection->exchanges ||
           !exchange_is_begun(container_of(next, struct http_exchange, link));
}

void exchange_end(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;

    exchange->answered = true;
    exchange->waiting = exchange->answer.length;
    list_remove(&exchange->server_link);
    if (connection == NULL) {
        exchange_release(exchange);
        return;
    }
    connection->waiting += exchange->waiting;
    connection_answered(connection);
}

/* A handler that has it must still answer it: that is the one way out. */
void exchange_abandon(struct http_exchange *exchange)
{
    exchange_leave(exchange);
    if (!exchange->must_answer) {
        list_remove(&exchange->server_link);
        exchange->answered = true;
    }
    if (exchange->answered)
        exchange_release(exchange);
    else if (exchange->on_gone != NULL)
        exchange->on_gone(exchange);
}

void exchange_release(struct http_exchange *exchange)
{
    assert(exchange->answered);
    struct http_server *server = exchange->server;
    bool large = exchange->request.body.capacity > MAX_KEPT ||
                 exchange->answer.capacity > MAX_KEPT ||
                 exchange->headers.capacity > MAX_KEPT;

    if (exchange->connection != NULL) {
        exchange->connection->since = uv_now(server->loop);
        exchange_leave(exchange);
    }
    if (large || server->stopping || server->spare_count == MAX_SPARE) {
        exchange_free(exchange);
        server_something_ended(server);
        return;
    }
    request_parser_reset(&exchange->request);
    buffer_clear(&exchange->path);
    buffer_clear(&exchange->rest);
    buffer_clear(&exchange->headers);
    buffer_clear(&exchange->answer);
    exchange->on_gone = NULL;
    exchange->stream.on_more = NULL;
    exchange->data = NULL;
    exchange->query = NULL;
    exchange->param_count = 0;
    exchange->head_seen = exchange->must_answer = false;
    exchange->answered = exchange->close = false;
    list_append(&server->spare, &exchange->link);
    server->spare_count++;
}

/* It is none of its connection's any more. */
static void exchange_leave(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;

    list_remove(&exchange->link);
    connection->under_way--;
    if (exchange->answered)
        connection->waiting -= exchange->waiting;
    if (exchange->request.wants_upgrade)
        connection->held = false;
    stream_forget(exchange);
    exchange->connection = NULL;
}

static void exchange_free(struct http_exchange *exchange)
{
    request_parser_deinit(&exchange->request);
    buffer_deinit(&exchange->path);
    buffer_deinit(&exchange->rest);
    buffer_deinit(&exchange->headers);
    buffer_deinit(&exchange->answer);
    free(exchange);
}

void server_free_spare(struct http_server *server)
{
    struct list *spare;

    while ((spare = list_first(&server->spare)) != NULL) {
        list_remove(spare);
        exchange_free(container_of(spare, struct http_exchange, link));
    }
    server->spare_count = 0;
}
