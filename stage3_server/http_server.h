/* http_server: HTTP/1.1 for many clients at once, on the loop (RFC 9110, RFC 9112).
 *
 * A request comes to its handler as an exchange. The handler reads the request from it
 * and answers it: at once, or later, when what it waits for has come; the loop serves
 * the others meanwhile. A connection may carry many exchanges, one after the other, or
 * several at once (pipelining); their answers go out in the order of the requests.
 *
 * Everything happens on the loop's thread. The module reports, it never prints. */
#ifndef STAGE3_HTTP_SERVER_H
#define STAGE3_HTTP_SERVER_H

#include "lib/http_date.h"
#include "lib/list.h"
#include "lib/request_parser.h"

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

struct http_server;
struct http_exchange;
struct http_connection;

/* A request has come whole. Sees to it that the exchange is answered exactly once, now or
 * later, by one of the http_answer functions: from then on it must not be touched. */
typedef void (*http_handler_cb)(struct http_exchange *exchange);

/* The client has gone (or has closed his side, which looks the same), or the server was
 * stopped at once: nobody waits for the answer. At most once, before the exchange is
 * answered; perhaps inside http_server_stop(), or while another exchange of the same
 * connection is answered. It must be answered all the same (nothing is sent): so that
 * there is one way out only. It may come late: a client that goes is noticed when he is
 * read from, and so not behind more than 64 KiB of requests that have to wait. */
typedef void (*http_gone_cb)(struct http_exchange *exchange);

/* The client has taken all that was written of an answer in pieces: write the next piece,
 * now or later. From the loop, once after http_stream_start() and once after what was
 * written since it came last; not after the end. */
typedef void (*http_more_cb)(struct http_exchange *exchange);

/* The server has stopped: its port is free, every connection closed, every exchange
 * answered, and its memory free for other use. Once, from the loop. */
typedef void (*http_stopped_cb)(struct http_server *server);

/* A handler has failed: http_answer_failure() was called, with this UV_E*. For the
 * program to tell; the exchange may be read. Once for each such call. */
typedef void (*http_failure_cb)(const struct http_exchange *exchange, int error);

/* What is served where. A pattern is a path; {name} in it stands for one segment, which
 * is not empty: "/convert/{currency}/{amount}". {name...}, at its end, stands for one
 * segment or more, the last of which may be empty, with the slashes between them:
 * "/files/{path...}". A route for GET answers HEAD, too. */
struct http_route {
    const char *method;
    const char *pattern;
    http_handler_cb handler;
};

/* How to serve. Every member that is 0 has the default named here. */
struct http_server_options {
    struct request_limits
        limits;             /* target: 8,000, head: 16 KiB, headers: 100, body: 1 MiB */
    size_t max_connections; /* more have to wait to be accepted: 20,000 */
    uint64_t idle_ms;       /* a connection without a request is closed: 60 s */
    uint64_t head_ms;       /* for a request's head to come, else 408: 10 s */
    uint64_t body_ms;       /* for its body to come, else 408: 30 s */
    uint64_t write_ms;      /* for the client to read something, else closed: 30 s */
    http_failure_cb on_failure; /* nobody is told */
};

enum { HTTP_MAX_PARAMS = 8 };

/* The caller's memory. Leave it alone; a program's own struct around it is found with
 * container_of(exchange->server, ...). */
struct http_server {
    uv_loop_t *loop;
    struct http_server_options options;
    const struct http_route *routes; /* the last one has no method */
    http_stopped_cb on_stopped;
    bool stopping;
    bool listener_closed;
    bool stopped;

    uv_tcp_t listener;
    uv_timer_t sweep; /* looks for connections whose time is over */
    bool full;        /* a client waits until another connection ends */
    struct list connections;
    size_t connection_count;
    struct list exchanges; /* those that were not answered */
    struct list spare;     /* exchanges to be used again */
    size_t spare_count;
    uv_idle_t turn;    /* runs when answers in pieces are to go on */
    struct list awake; /* those answers' exchanges */
    struct http_date date;
    struct buffer out; /* what one turn sends on one connection */
    char *read_buffer; /* one for all connections: who is idle needs none */
};

/* One request and its answer. Read `server` and `request`, use `data`; leave the rest
 * alone. */
struct http_exchange {
    struct http_server *server;
    struct request_parser request;
    void *data; /* the handler's own: what its http_gone_cb needs */

    struct http_connection *connection; /* NULL: the client has gone */
    struct list link;                   /* in its connection's */
    struct list server_link;            /* in the server's, until it is answered */
    http_gone_cb on_gone;
    struct buffer path; /* its segments, decoded, each followed by a zero byte */
    struct buffer rest; /* what stands for {name...} */
    const char *query;  /* what follows the target's question mark; NULL: there is none */
    struct {
        const char *name; /* in the pattern, not followed by a zero byte */
        size_t name_length;
        const char *value;
    } params[HTTP_MAX_PARAMS];
    size_t param_count;
    struct buffer headers; /* of the answer, beyond those that each one has */
    struct buffer answer;  /* what is to be sent, as far as it is known */
    size_t waiting;        /* bytes of it when it was answered */
    bool head_seen;        /* its head was seen to */
    bool must_answer;      /* somebody has it who will answer it */
    bool answered;
    bool close; /* the connection is to be closed after it */
    struct {
        http_more_cb on_more; /* NULL: the answer does not come in pieces */
        struct list link;     /* in the server's, when something is to be done */
        bool asked;           /* and nothing was written since */
        int64_t left;         /* bytes of its length; negative: it is not known */
        bool chunked;
    } stream;
};

/* Makes a server that serves `routes` (borrowed until it has stopped; ends with a route
 * without a method). `options` (NULL: all defaults) is copied. Nothing can fail. It must
 * be stopped, also when it never listened. */
void http_server_init(struct http_server *server, uv_loop_t *loop,
                      const struct http_route *routes,
                      const struct http_server_options *options);

/* Listens on `host`, a numeric IPv4 or IPv6 address, and `port` (0: any free one).
 * Returns 0; or a negative UV_E*, and then it can only be stopped: UV_EINVAL, the
 * address is none; UV_EADDRINUSE, the port is taken; UV_EACCES, it may not be had. */
int http_server_listen(struct http_server *server, const char *host, unsigned port);

/* The port it listens on, once it does. */
unsigned http_server_port(const struct http_server *server);

/* Stops it: no new connections, and those that wait for a request are closed; what is
 * under way is finished. Then `on_stopped` comes. Called again, it ends at once what is
 * still under way: each handler that waits is told by its http_gone_cb. */
void http_server_stop(struct http_server *server, http_stopped_cb on_stopped);

/* --- The request ---------------------------------------------------------------------
 * The strings are the exchange's: valid until it is answered. */

/* What stands in the path for {name}, decoded; NULL when the pattern has no such name. */
const char *http_param(const struct http_exchange *exchange, const char *name);

/* The value of a header, its name in whatever case: of several lines the first one's;
 * NULL when there is none. */
const char *http_header(const struct http_exchange *exchange, const char *name);

/* The body as JSON (RFC 8259; no name twice in an object). Gives it; NULL, and a line
 * that says why in `problem`, when it is none. */
json_t *http_json(const struct http_exchange *exchange, char *problem, size_t size);

/* The value of a field of the query string, or of a body that is a form
 * (application/x-www-form-urlencoded), decoded. Gives it; NULL: there is no such field,
 * or it is malformed. */
char *http_query(const struct http_exchange *exchange, const char *name);
char *http_form(const struct http_exchange *exchange, const char *name);

/* Has `on_gone` come when the client goes away before the answer. For a handler that
 * answers later; not after it has answered. */
void http_on_gone(struct http_exchange *exchange, http_gone_cb on_gone);

/* Whether the client has not gone. */
bool http_is_waited_for(const struct http_exchange *exchange);

/* --- The answer -----------------------------------------------------------------------
 * Each of these but http_add_header() answers the exchange: it must not be touched
 * afterwards. The answer to HEAD is sent without its body. */

/* Adds a header to the answer to come (copies both). 0; or UV_EINVAL: a line end in it
 * would make two headers of one; UV_EFBIG: it is too much. Then there is no such header.
 */
int http_add_header(struct http_exchange *exchange, const char *name, const char *value);

/* Answers with `length` bytes of `body` (copied) of that media type. 204 and 304 have
 * neither body nor type. More than 1 GiB is a failure: send it in pieces. */
void http_answer(struct http_exchange *exchange, int status, const char *type,
                 const void *body, size_t length);

/* Answers with text (text/plain, UTF-8), as printf() would print it. */
void http_answer_text(struct http_exchange *exchange, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers with JSON; takes `value`. NULL, since it could not be made: a failure. */
void http_answer_json(struct http_exchange *exchange, int status, json_t *value);

/* Answers with a status' own words, {"error":{"status":404,"message":"Not Found"}}, or
 * with `problem` (UTF-8; what is not that is left unsaid) as the message. */
void http_answer_error(struct http_exchange *exchange, int status, const char *problem);

/* Answers that the handler has failed, `error` being a UV_E*: 503 for UV_ENOBUFS (too
 * many wait already), 504 for UV_ETIMEDOUT, else 500. The client is told nothing else;
 * the program is, by its on_failure. */
void http_answer_failure(struct http_exchange *exchange, int error);

/* Answers with the file `path` ("css/page.css"; of "" or "css/" the file index.html) of a
 * folder (both copied): 200, or 304 when the client has it as it is. 404 when there is no
 * such file, or it may not be read, or the way to it leaves the folder, also through a
 * symbolic link. The disk is waited for on threads of the pool. */
void http_answer_file(struct http_exchange *exchange, const char *folder,
                      const char *path);

/* --- An answer in pieces --------------------------------------------------------------
 * For one that is too long for the memory, or whose end is not known at its beginning.
 * No piece is asked for before the client has taken the one before: a slow client costs
 * one piece of memory, not all of them. */

enum { HTTP_LENGTH_UNKNOWN = -1 };

/* Begins an answer of `length` bytes, or HTTP_LENGTH_UNKNOWN. True: write its body, and
 * end it. False: nobody wants a body (HEAD, 204, 304, or the client has gone); it is
 * answered, and must not be touched. */
bool http_stream_start(struct http_exchange *exchange, int status, const char *type,
                       int64_t length, http_more_cb on_more);

/* Writes a piece (copied) of `length` bytes; what is beyond the answer's length is thrown
 * away. */
void http_stream_write(struct http_exchange *exchange, const void *bytes, size_t length);

/* That was all: the exchange is answered, and must not be touched. If the answer's length
 * has not been reached, it is aborted. */
void http_stream_end(struct http_exchange *exchange);

/* The rest will not come. The connection is closed behind what there is, which tells the
 * client that he has not got all (unless he is one of HTTP/1.0, and the length was not
 * known). The exchange is answered, and must not be touched. */
void http_stream_abort(struct http_exchange *exchange);

/* --- Another protocol (RFC 9110, 7.8) ----------------------------------------------*/

/* Whether the client would like to go on in that protocol, such as "websocket". Such an
 * exchange comes alone: those before it were answered, and nothing is read after it. */
bool http_wants_upgrade(const struct http_exchange *exchange, const char *protocol);

/* Goes on in `protocol`: answers 101, with the headers that were added, and hands the
 * connection over. `tcp` (the caller's, initialized, as for uv_accept()) is it from now
 * on: the server does not count it any more, and does not close it when it stops.
 * `received` (not initialized) becomes what has come of the client already: give it to
 * buffer_deinit(). 0; or a negative UV_E*, and the exchange is as it was, while `tcp` is
 * good for nothing but closing: UV_EINVAL, the client has not asked for that protocol;
 * UV_ENOTCONN, he has gone. */
int http_upgrade(struct http_exchange *exchange, const char *protocol, uv_tcp_t *tcp,
                 struct buffer *received);

/* Answers that it goes on in `protocol` or not at all: 426. */
void http_answer_upgrade_required(struct http_exchange *exchange, const char *protocol);

#endif
