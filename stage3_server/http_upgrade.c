/* http_upgrade: a connection that goes on in another protocol.
 *
 * What the client sends behind such a request is HTTP if it is not granted, and something
 * else if it is. So nothing behind it is read before it was answered: it is held until it
 * is the only exchange of its connection, and what has come already is put aside. */
#include "lib/memory.h"
#include "stage3_server/http_connection.h"
#include "stage3_server/http_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* The answer on its way, on a handle that is the caller's already. */
struct switching {
    uv_write_t request;
    struct buffer head;
};

static int connection_move(struct http_connection *connection, uv_tcp_t *tcp);
static int switching_send(const struct http_exchange *exchange, const char *protocol,
                          uv_tcp_t *tcp);
static void switching_on_sent(uv_write_t *request, int status);

bool connection_dispatch_held(struct http_connection *connection)
{
    struct list *first = list_first(&connection->exchanges);

    if (first == NULL || !connection->held || connection->under_way > 1 ||
        connection->write != NULL)
        return false;
    struct http_exchange *exchange = container_of(first, struct http_exchange, link);
    if (exchange->must_answer) /* its handler has it already */
        return false;
    connection->busy = true; /* what is answered is sent by the caller */
    exchange_hand_over(exchange);
    connection->busy = false;
    return true;
}

bool http_wants_upgrade(const struct http_exchange *exchange, const char *protocol)
{
    const struct request_parser *request = &exchange->request;

    for (size_t i = 0; request->wants_upgrade && i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, "Upgrade") == 0 &&
            is_in_list(request->headers[i].value, protocol))
            return true;
    return false;
}

int http_upgrade(struct http_exchange *exchange, const char *protocol, uv_tcp_t *tcp,
                 struct buffer *received)
{
    struct http_connection *connection = exchange->connection;

    if (!http_wants_upgrade(exchange, protocol))
        return UV_EINVAL;
    if (connection == NULL)
        return UV_ENOTCONN;
    int status = connection_move(connection, tcp);
    if (status == 0)
        status = switching_send(exchange, protocol, tcp);
    if (status != 0)
        return status;
    if (!connection_take_unread(connection, received))
        buffer_init(received, 0);
    exchange->on_gone = NULL;
    connection_close(connection);
    exchange_end(exchange);
    return 0;
}

/* A handle cannot move to other memory, but two of them can have the same socket. */
static int connection_move(struct http_connection *connection, uv_tcp_t *tcp)
{
    int socket;
    int status = uv_fileno((uv_handle_t *)&connection->tcp, &socket);

    if (status != 0)
        return status;
    int copy = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return uv_translate_sys_error(errno);
    status = uv_tcp_open(tcp, copy);
    if (status != 0)
        close(copy);
    return status;
}

static int switching_send(const struct http_exchange *exchange, const char *protocol,
                          uv_tcp_t *tcp)
{
    struct switching *switching = xmalloc(sizeof *switching);
    struct buffer *head = &switching->head;

    buffer_init(head, SIZE_MAX / 2);
    append_text(head, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n");
    append_header(head, "Upgrade", protocol);
    buffer_append(head, exchange->headers.data, exchange->headers.length);
    append_text(head, "\r\n");
    uv_buf_t buffer = uv_buf_init(head->data, (unsigned)head->length);
    int status =
        uv_write(&switching->request, (uv_stream_t *)tcp, &buffer, 1, switching_on_sent);
    if (status != 0) {
        buffer_deinit(head);
        free(switching);
    }
    return status;
}

static void switching_on_sent(uv_write_t *request, int status)
{
    struct switching *switching = container_of(request, struct switching, request);

    (void)status; /* if it could not be sent, the next one on this handle fails, too */
    buffer_deinit(&switching->head);
    free(switching);
}

void http_answer_upgrade_required(struct http_exchange *exchange, const char *protocol)
{
    /* Besides the one that each answer has (RFC 9110, 7.8). */
    http_add_header(exchange, "Connection", "Upgrade");
    http_add_header(exchange, "Upgrade", protocol);
    http_answer_error(exchange, 426, NULL);
}
