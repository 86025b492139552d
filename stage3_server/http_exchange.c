/* http_exchange: a request on its way to its answer.
 *
 * It is on its connection until its answer was sent, and in the server's list until it was
 * answered. When the client goes it loses its connection, and ends when it is answered. */
#include "lib/memory.h"
#include "stage3_server/http_connection.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_SPARE = 256,          /* exchanges kept to be used again */
    MAX_KEPT = 16 * 1024,     /* bytes of each of its buffers that are kept */
    MAX_HEADERS = 64 * 1024,  /* bytes of the answer's headers */
};

static const char carry_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

static struct http_exchange *exchange_create(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct list *spare = list_first(&server->spare);
    struct http_exchange *exchange;

    if (spare != NULL) {
        list_remove(spare);
        server->spare_count--;
        exchange = container_of(spare, struct http_exchange, link);
    } else {
        exchange = xmalloc(sizeof *exchange);
        exchange->server = server;
        request_parser_init(&exchange->request, &server->options.limits);
        buffer_init(&exchange->headers, MAX_HEADERS);
        buffer_init(&exchange->answer, SIZE_MAX / 2);
    }
    exchange->connection = connection;
    exchange->on_gone = NULL;
    exchange->query = NULL;
    exchange->param_count = 0;
    exchange->dispatched = exchange->answered = exchange->close = false;
    list_append(&connection->exchanges, &exchange->link);
    list_append(&server->exchanges, &exchange->server_link);
    connection->under_way++;
    return exchange;
}

struct http_exchange *exchange_being_read(struct http_connection *connection)
{
    struct list *newest = connection->exchanges.previous;

    if (newest != &connection->exchanges) {
        struct http_exchange *exchange = container_of(newest, struct http_exchange, link);
        if (exchange->request.state < REQUEST_WHOLE)
            return exchange;
    }
    connection->since = uv_now(connection->server->loop);
    return exchange_create(connection);
}

void exchange_advance(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;
    struct request_parser *request = &exchange->request;

    switch (request->state) {
    case REQUEST_BODY:
        if (!exchange->in_body) {
            exchange->in_body = true;
            connection->since = uv_now(connection->server->loop);
            if (request->wants_continue)
                buffer_append(&exchange->answer, carry_on, sizeof carry_on - 1);
        }
        break;
    case REQUEST_WHOLE:
        connection->last = !request->keep_alive;
        exchange->close = !request->keep_alive;
        exchange->dispatched = true;
        exchange_dispatch(exchange);
        break;
    case REQUEST_FAILED:
        exchange_refuse(exchange, request->status, request->problem);
        break;
    default:
        break;
    }
}

void exchange_refuse(struct http_exchange *exchange, int status, const char *problem)
{
    exchange->connection->last = true;
    exchange->close = true;
    exchange->dispatched = true;
    http_answer_error(exchange, status, problem);
}

/* A handler that has it must still answer it: that is its one way out. */
void exchange_abandon(struct http_exchange *exchange)
{
    bool waits = exchange->dispatched && !exchange->answered;

    list_remove(&exchange->link);
    exchange->connection->under_way--;
    exchange->connection = NULL;
    if (!waits)
        exchange_release(exchange);
    else if (exchange->on_gone != NULL)
        exchange->on_gone(exchange);
}

void exchange_release(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;

    if (exchange->connection != NULL) {
        list_remove(&exchange->link);
        exchange->connection->under_way--;
        exchange->connection->since = uv_now(server->loop);
    }
    ...
}
