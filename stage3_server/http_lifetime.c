/* http_lifetime: how a connection begins and ends, and what waits on it meanwhile. */
#include "stage3_server/http_connection.h"

#include "lib/memory.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { LINGER_MS = 2000 };

static void connection_on_closed(uv_handle_t *handle);

struct http_connection *connection_create(struct http_server *server)
{
    struct http_connection *connection = xmalloc(sizeof *connection);

    connection->server = server;
    connection->since = uv_now(server->loop);
    list_init(&connection->exchanges);
    list_append(&server->connections, &connection->link);
    server->connection_count++;
    uv_tcp_init(server->loop, &connection->tcp);
    server_start_sweep(server);
    return connection;
}

void connection_put_aside(struct http_connection *connection, const char *bytes,
                          size_t length)
{
    if (length == 0 || connection->closing)
        return;
    if (connection->unread == NULL) {
        connection->unread = xmalloc(sizeof *connection->unread);
        buffer_init(connection->unread, 2 * HTTP_READ_SIZE);
    }
    buffer_append(connection->unread, bytes, length);
}

bool connection_take_back(struct http_connection *connection, struct buffer *bytes)
{
    return connection->write == NULL && !connection->closing &&
           connection_has_room(connection) && connection_take_unread(connection, bytes);
}

bool connection_take_unread(struct http_connection *connection, struct buffer *bytes)
{
    if (connection->unread == NULL)
        return false;
    *bytes = *connection->unread;
    free(connection->unread);
    connection->unread = NULL;
    return true;
}

bool connection_may_wait(const struct http_connection *connection)
{
    return connection->unread == NULL || connection->unread->length <= HTTP_READ_SIZE;
}

/* To close at once could lose the answer: when bytes have come that nobody has read, the
 * kernel resets the connection. So only our side is closed, and what comes is thrown away
 * until the client closes his. */
void connection_finish(struct http_connection *connection)
{
    struct list *first;
    int socket;

    connection->last = connection->ends = true;
    while ((first = list_first(&connection->exchanges)) != NULL)
        exchange_abandon(container_of(first, struct http_exchange, link));
    if (connection->write != NULL || connection->lingers)
        return; /* it is called again when that was sent */
    connection->lingers = true;
    connection->since = uv_now(connection->server->loop);
    if (uv_fileno((uv_handle_t *)&connection->tcp, &socket) != 0 ||
        shutdown(socket, SHUT_WR) != 0)
        connection_close(connection);
}

bool connection_has_room(const struct http_connection *connection)
{
    const struct list *newest = connection->exchanges.previous;

    if (newest != &connection->exchanges &&
        container_of(newest, struct http_exchange, link)->request.state < REQUEST_WHOLE)
        return true;
    return connection->under_way < MAX_UNDER_WAY && !connection->held &&
           connection->waiting < MAX_WAITING;
}

bool connection_has_no_request(const struct http_connection *connection)
{
    const struct list *first = list_first(&connection->exchanges);

    return connection->unread == NULL &&
           (first == NULL ||
            !exchange_is_begun(container_of(first, struct http_exchange, link)));
}

bool connection_is_idle(const struct http_connection *connection)
{
    return connection->write == NULL && !connection->lingers &&
           connection_has_no_request(connection);
}

void connection_close(struct http_connection *connection)
{
    struct buffer unread;
    struct list *first;

    if (connection->closing)
        return;
    connection->closing = connection->last = true;
    uv_close((uv_handle_t *)&connection->tcp, connection_on_closed);
    if (connection_take_unread(connection, &unread))
        buffer_deinit(&unread);
    while ((first = list_first(&connection->exchanges)) != NULL)
        exchange_abandon(container_of(first, struct http_exchange, link));
}

static void connection_on_closed(uv_handle_t *handle)
{
    struct http_connection *connection =
        container_of((uv_tcp_t *)handle, struct http_connection, tcp);
    struct http_server *server = connection->server;

    list_remove(&connection->link);
    server->connection_count--;
    free(connection);
    server_something_ended(server);
}

/* How long a connection may be as it is, in ms; 0: as long as it likes. */
static uint64_t time_limit(const struct http_connection *connection)
{
    const struct http_server_options *options = &connection->server->options;
    const struct list *newest = connection->exchanges.previous;

    if (connection->lingers)
        return LINGER_MS;
    if (connection->write != NULL)
        return options->write_ms;
    if (connection_has_no_request(connection))
        return options->idle_ms;
    const struct http_exchange *exchange =
        container_of(newest, struct http_exchange, link);
    if (exchange->answered) /* it was refused already, and waits for those before it */
        return 0;
    switch (exchange->request.state) {
    case REQUEST_HEAD:
        return options->head_ms;
    case REQUEST_BODY:
        return options->body_ms;
    default:
        return 0;
    }
}

/* A client that has begun a request and does not go on is told so; any other is not. */
static void connection_expire(struct http_connection *connection)
{
    struct list *newest = connection->exchanges.previous;

    if (connection->write != NULL || connection_has_no_request(connection)) {
        connection_close(connection);
        return;
    }
    connection->since = uv_now(connection->server->loop);
    exchange_refuse(container_of(newest, struct http_exchange, link), 408,
                    "the request did not come in time");
    connection_answered(connection);
}

/* One look at all of them now and then costs less than a timer for each. */
static void server_on_sweep(uv_timer_t *timer)
{
    struct http_server *server = container_of(timer, struct http_server, sweep);
    uint64_t now = uv_now(server->loop);
    struct list *link, *next;

    for (link = server->connections.next; link != &server->connections; link = next) {
        struct http_connection *connection =
            container_of(link, struct http_connection, link);
        next = link->next;
        if (connection->closing)
            continue;
        if (connection->write != NULL && connection_progressed(connection))
            connection->since = now;
        uint64_t limit = time_limit(connection);
        if (limit > 0 && now - connection->since >= limit)
            connection_expire(connection);
    }
    if (list_is_empty(&server->connections))
        uv_timer_stop(timer);
}

/* Often enough that nobody has a quarter more than his time, or a second. */
static uint64_t sweep_interval(const struct http_server_options *options)
{
    uint64_t limits[] = {options->idle_ms, options->head_ms, options->body_ms,
                         options->write_ms};
    uint64_t interval = 1000;

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (limits[i] / 4 < interval)
            interval = limits[i] / 4;
    return interval > 0 ? interval : 1;
}

void server_start_sweep(struct http_server *server)
{
    uint64_t interval = sweep_interval(&server->options);

    if (!uv_is_active((uv_handle_t *)&server->sweep))
        uv_timer_start(&server->sweep, server_on_sweep, interval, interval);
}
