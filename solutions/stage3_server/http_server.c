/* http_server: a port, and those who come to it.
 *
 * A listener is a socket that is not connected to anybody. When a client knocks, libuv
 * calls back, and what is accepted is a second socket, which is: a connection.
 * Everything else is up to the connections; the server counts them, and knows when the
 * last one has ended.
 *
 * In the order of time: */
#include "stage3_server/http_server.h"

#include "lib/memory.h"
#include "stage3_server/http_connection.h"

#include <stdlib.h>

enum { BACKLOG = 511 }; /* clients that the kernel lets wait to be accepted */

static int server_bind(struct http_server *server, const char *host, unsigned port);
static void server_on_connection(uv_stream_t *listener, int status);
static void server_accept(struct http_server *server);
static void server_on_listener_closed(uv_handle_t *handle);
static void server_end_connections(struct http_server *server, bool at_once);
static void server_end_connection(struct http_connection *connection);
static void server_on_sweep_closed(uv_handle_t *handle);
static void server_on_stopped(uv_handle_t *handle);

void http_server_init(struct http_server *server, uv_loop_t *loop,
                      const struct http_route *routes,
                      const struct http_server_options *options)
{
    *server = (struct http_server){.loop = loop, .routes = routes};
    server->options = http_server_defaults(options);
    server->read_buffer = xmalloc(HTTP_READ_SIZE);
    buffer_init(&server->out, SIZE_MAX / 2);
    list_init(&server->connections);
    list_init(&server->exchanges);
    list_init(&server->spare);
    uv_tcp_init(loop, &server->listener);
    uv_timer_init(loop, &server->sweep);
    server_init_streams(server);
}

int http_server_listen(struct http_server *server, const char *host, unsigned port)
{
    int status = server_bind(server, host, port);

    if (status == 0)
        status =
            uv_listen((uv_stream_t *)&server->listener, BACKLOG, server_on_connection);
    return status;
}

static int server_bind(struct http_server *server, const char *host, unsigned port)
{
    struct sockaddr_storage address;
    int status = uv_ip4_addr(host, (int)port, (struct sockaddr_in *)&address);

    if (status != 0)
        status = uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)&address);
    if (status != 0)
        return status;
    return uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0);
}

/* Somebody wants to connect. He is left to wait when there are too many already: libuv
 * does not call again before he was accepted. */
static void server_on_connection(uv_stream_t *listener, int status)
{
    struct http_server *server =
        container_of((uv_tcp_t *)listener, struct http_server, listener);

    if (status != 0) /* he has gone again, or there are no more files to be had */
        return;
    server->full = server->connection_count >= server->options.max_connections;
    if (!server->full)
        server_accept(server);
}

static void server_accept(struct http_server *server)
{
    struct http_connection *connection = connection_create(server);

    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&connection->tcp) == 0)
        connection_start(connection);
    else
        connection_close(connection);
}

void http_server_stop(struct http_server *server, http_stopped_cb on_stopped)
{
    bool again = server->stopping;

    server->on_stopped = on_stopped;
    server->stopping = true;
    if (!again)
        uv_close((uv_handle_t *)&server->listener, server_on_listener_closed);
    server_end_connections(server, again);
}

static void server_on_listener_closed(uv_handle_t *handle)
{
    struct http_server *server =
        container_of((uv_tcp_t *)handle, struct http_server, listener);

    server->listener_closed = true;
    server_something_ended(server);
}

static void server_end_connections(struct http_server *server, bool at_once)
{
    struct list *link, *next;

    for (link = server->connections.next; link != &server->connections; link = next) {
        struct http_connection *connection =
            container_of(link, struct http_connection, link);
        next = link->next;
        if (at_once)
            connection_close(connection);
        else
            server_end_connection(connection);
    }
}

/* As gently as can be: what is under way is finished first. The answer to the last
 * request closes its connection, since the server is stopping. */
static void server_end_connection(struct http_connection *connection)
{
    if (connection_is_idle(connection))
        connection_close(connection);
}

void server_something_ended(struct http_server *server)
{
    if (server->full && !server->stopping &&
        server->connection_count < server->options.max_connections) {
        server->full = false;
        server_accept(server);
    }
    if (server->listener_closed && !server->stopped && server->connection_count == 0 &&
        list_is_empty(&server->exchanges)) {
        server->stopped = true;
        uv_close((uv_handle_t *)&server->sweep, server_on_sweep_closed);
    }
}

static void server_on_sweep_closed(uv_handle_t *handle)
{
    struct http_server *server =
        container_of((uv_timer_t *)handle, struct http_server, sweep);

    uv_close((uv_handle_t *)&server->turn, server_on_stopped);
}

static void server_on_stopped(uv_handle_t *handle)
{
    struct http_server *server =
        container_of((uv_idle_t *)handle, struct http_server, turn);

    server_free_spare(server);
    free(server->read_buffer);
    buffer_deinit(&server->out);
    if (server->on_stopped != NULL)
        server->on_stopped(server);
}
