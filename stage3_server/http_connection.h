/* http_connection: one client's connection, and the exchanges on it. For the modules of
 * the server only; programs use http_server.h.
 *
 * A connection that waits for its client's next request holds no memory but this struct:
 * ten thousand of them take a few megabytes. */
#ifndef STAGE3_HTTP_CONNECTION_H
#define STAGE3_HTTP_CONNECTION_H

#include "stage3_server/http_server.h"

struct http_write;

enum {
    HTTP_READ_SIZE = 64 * 1024, /* bytes of the buffer that all connections share */
    MAX_UNDER_WAY = 32,       /* exchanges: who sends more requests at once has to wait */
    MAX_WAITING = 256 * 1024, /* bytes of answers: who has asked for more has to wait */
    MAX_HEADERS = 64 * 1024,  /* bytes of headers that a handler may add */
    MAX_ANSWER = 1 << 30,     /* bytes of a body that is not sent in pieces */
};

struct http_connection {
    uv_tcp_t tcp;
    struct http_server *server;
    struct list link;      /* in the server's */
    struct list exchanges; /* under way, the oldest first; the last may still be read */
    struct http_write *write; /* what the socket has not taken yet; NULL: nothing */
    struct buffer *unread;    /* what has come and has to wait; NULL: nothing */
    size_t waiting;           /* bytes of answers that were given and not sent */
    uint64_t since;           /* the loop's time in ms when its state changed */
    unsigned under_way : 8;   /* exchanges */
    bool reading : 1;         /* the loop reads */
    bool busy : 1;    /* requests are being taken: what is answered is sent after */
    bool last : 1;    /* no more requests: what else comes is thrown away */
    bool ends : 1;    /* nothing more is sent than what was written */
    bool held : 1;    /* the newest request may be the last one in HTTP: it waits for
                         those before it, and what comes after it waits for it */
    bool lingers : 1; /* all was sent; the client has yet to close its side */
    bool closing : 1;
};

/* --- http_connection.c: what comes and goes --- */

/* Begins to read. */
void connection_start(struct http_connection *connection);

/* An exchange of this connection was answered, or has more to send. */
void connection_answered(struct http_connection *connection);

/* What connection_write() has left is sent; or has failed: `status` is a negative UV_E*.
 */
void connection_written(struct http_connection *connection, int status);

/* --- http_lifetime.c: how it begins and ends --- */

/* A connection of the server's, not yet connected. */
struct http_connection *connection_create(struct http_server *server);

/* Keeps a copy of bytes that have to wait, for connection_take_back(). */
void connection_put_aside(struct http_connection *connection, const char *bytes,
                          size_t length);

/* Gives back what has waited, if it can be taken now: deinit it. False: it cannot, or
 * there is nothing. */
bool connection_take_back(struct http_connection *connection, struct buffer *bytes);

/* The same, whether it can be taken or not. */
bool connection_take_unread(struct http_connection *connection, struct buffer *bytes);

/* Whether more may come that has to wait. A connection that is not read cannot tell that
 * its client has gone: so it is read as long as there is room for what comes. */
bool connection_may_wait(const struct http_connection *connection);

/* The last answer was given: closes the connection once it is sent. */
void connection_finish(struct http_connection *connection);

/* Whether more bytes of requests may be taken. There is room for the rest of one that has
 * begun; for another one, if fewer than MAX_UNDER_WAY are under way, none of them is
 * held, and not too many bytes of answers wait. */
bool connection_has_room(const struct http_connection *connection);

/* Whether nothing of a request has come that was not answered. */
bool connection_has_no_request(const struct http_connection *connection);

/* Whether it waits for its client's next request, and everything is sent. */
bool connection_is_idle(const struct http_connection *connection);

/* Closes it at once: who still works for its client is told. */
void connection_close(struct http_connection *connection);

/* Looks every now and then for connections whose time is over, as long as there are any.
 */
void server_start_sweep(struct http_server *server);

/* --- http_write.c --- */

/* Sends `length` bytes (copied): those that the socket takes now at once, the others
 * when it takes more; connection_written() comes only if there are such. Returns 0 or a
 * negative UV_E*. */
int connection_write(struct http_connection *connection, const char *bytes,
                     size_t length);

/* Whether the client has taken some of what waits since this was asked last. */
bool connection_progressed(struct http_connection *connection);

/* --- http_exchange.c: a request on its way to its answer --- */

/* The exchange whose request is being read: a new one when the last is whole. */
struct http_exchange *exchange_being_read(struct http_connection *connection);

/* Some more of its request has come: does what is to be done now. */
void exchange_advance(struct http_exchange *exchange);

/* Its request is whole: gives it to its handler. */
void exchange_hand_over(struct http_exchange *exchange);

/* Whether more of its request has come than empty lines. */
bool exchange_is_begun(const struct http_exchange *exchange);

/* Answers a request that is refused, and ends the connection after it. */
void exchange_refuse(struct http_exchange *exchange, int status, const char *problem);

/* Whether it is the last one of its connection, since the server is stopping. */
bool exchange_is_last(const struct http_exchange *exchange);

/* Its client has gone: takes it off its connection, and tells the handler that has it. */
void exchange_abandon(struct http_exchange *exchange);

/* It has its answer, which is to be sent; it must not be touched afterwards. */
void exchange_end(struct http_exchange *exchange);

/* It is over: its answer was sent, or nobody waits for it. One that was not answered must
 * not be released: its handler still has it. */
void exchange_release(struct http_exchange *exchange);

/* Frees the exchanges that were kept to be used again. */
void server_free_spare(struct http_server *server);

/* Whether the answer has no body, since the method is HEAD. */
bool http_is_head(const struct http_exchange *exchange);

/* Whether an answer with that status may have a body. */
bool http_status_has_body(int status);

/* --- http_answer.c --- */

/* Begins the answer with its head. `type` may be NULL: there is none. `length` in bytes;
 * negative: it is not told. */
void answer_head(struct http_exchange *exchange, int status, const char *type,
                 int64_t length);

/* --- http_stream.c --- */

void server_init_streams(struct http_server *server);

/* The client has taken all there was: asks for more, if the answer that it waits for
 * comes in pieces. */
void connection_ask_for_more(struct http_connection *connection);

/* It does not go on any more. */
void stream_forget(struct http_exchange *exchange);

/* --- http_upgrade.c --- */

/* Hands the request that was held to its handler, if it is the only one now. Whether it
 * was. */
bool connection_dispatch_held(struct http_connection *connection);

/* --- http_router.c --- */

/* Hands the request, which is whole, to the handler of its route. */
void exchange_dispatch(struct http_exchange *exchange);

/* --- http_defaults.c --- */

/* What `chosen` (may be NULL) says, with the defaults for what it does not. */
struct http_server_options http_server_defaults(const struct http_server_options *chosen);

/* --- http_server.c --- */

/* A connection or an exchange has ended: there may be room for the next, and if the
 * server is to stop and this was the last it has stopped. */
void server_something_ended(struct http_server *server);

#endif
