/* http_client: HTTP requests, any number of them at once, on one libuv loop.
 *
 * libcurl speaks HTTP (RFC 9110; RFC 9112, over TLS also RFC 9113), the loop waits. A
 * client has a cap on how many requests are in flight; further ones wait in its queue, in
 * the order in which they were started. HTTPS is verified. Connections are kept and used
 * again. When a kept one breaks before a byte of the answer has come, GET, HEAD, OPTIONS,
 * PUT and DELETE are sent again, up to five times; any other method always has a
 * connection of its own, and is sent once.
 *
 * It reports, it never prints. All of it happens on the loop's thread. Every function may
 * be called from every callback of this header, unless it says otherwise. */
#ifndef STAGE2_HTTP_CLIENT_H
#define STAGE2_HTTP_CLIENT_H

#include "lib/list.h"
#include "stage2_http_client/curl_loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http_client;
struct http_call;
struct http_transfer;

/* How a client is to be; a member that is 0 or NULL has the default named here. The
 * strings are borrowed until the client is closed. */
struct http_client_options {
    size_t max_in_flight;   /* requests in flight at once: 100 */
    size_t max_queued;      /* further ones, that wait for that: 10,000 */
    const char *user_agent; /* the User-Agent header: "async-workshop" */
    const char *ca_file;    /* the only authorities to trust, PEM: the system's */
};

/* A request. Only `url` must be given; a member that is 0 or NULL has the default named
 * here. http_start() copies all of it. */
struct http_request {
    const char *url;            /* http:// or https:// */
    const char *method;         /* "GET" */
    const char *const *headers; /* "Name: value", the last one NULL: none */
    const void *body;           /* none */
    size_t body_length;         /* bytes */

    uint64_t timeout_ms;         /* from leaving the queue to the end: 30,000 */
    uint64_t connect_timeout_ms; /* of that, until connected: 10,000 */
    size_t max_body;             /* bytes of the answer's body, unpacked: 1 MiB */
    unsigned max_redirects;      /* 0: a redirect is an answer, and not followed; nor is
                                    it ever for another method than GET, HEAD, POST, or
                                    from https to http. A redirect may lead to any host:
                                    with it only the headers Accept*, Content-Type and
                                    User-Agent are allowed */
};

/* When things happened, in microseconds since http_start(). Each is 0 when it did not
 * come to that, except that a connection used again was `connected` when it left the
 * queue. */
struct http_times {
    uint64_t queued_us;     /* it left the queue */
    uint64_t connected_us;  /* connected, TLS included */
    uint64_t first_byte_us; /* the answer began */
    uint64_t done_us;       /* the end, whichever */
};

/* How a request ended. An answer with a status such as 404 or 500 is an answer: `error`
 * is 0. All pointers are the call's, valid until http_done_cb returns. */
struct http_response {
    int error;           /* 0: there is an answer; or a negative UV_E*, see below */
    const char *problem; /* the error in words, naming what failed; "" without an error */

    int status;         /* 100 to 599; 0 when no answer began */
    const char *body;   /* followed by a zero byte; "" when http_body_cb took it */
    size_t body_length; /* bytes */
    const char *url;    /* the last one asked: another than the request's if redirected */
    struct http_times times;
    const struct http_transfer *transfer; /* for http_response_header() */
};

/* Errors:
 *   UV_ECANCELED      http_cancel() or http_client_close()
 *   UV_ETIMEDOUT      a time limit has passed
 *   UV_ECONNREFUSED   could not connect (or what the system said: UV_EHOSTUNREACH, ...)
 *   UV_EAI_NONAME     the host's name is unknown
 *   UV_ECONNRESET     the connection broke
 *   UV_EOF            the connection was closed before the answer was whole
 *                     (a packed body that ends too early, though, goes unseen)
 *   UV_EPROTO         the answer is no HTTP, or redirects to something else; TLS failed,
 *                     the certificate included
 *   UV_EFBIG          the answer is longer than max_body, or its headers than 64 KiB
 *   UV_ELOOP          more than max_redirects redirects
 *   UV_EINVAL         a redirect to what is no URL
 *   UV_EIO            any other; `problem` says which
 *   another one       what http_body_cb returned */

/* The request has ended. Exactly once for each http_start() that returned 0, from the
 * loop, never inside http_start(), http_cancel() or http_client_close(). From its return
 * on the client does not use `call` any more; it may start another request with it right
 * here. */
typedef void (*http_done_cb)(struct http_call *call,
                             const struct http_response *response);

/* A piece of the answer's body has come: `length` bytes, valid until it returns. (A body
 * that is kept may come packed with gzip, and is unpacked; one in pieces is asked for as
 * it is, for of a packed one nobody could tell that it was cut off. One that is packed
 * all the same is UV_EPROTO.) Any number of times before http_done_cb, for an answer of
 * any status (http_status() tells which), not for redirects that are followed, and never
 * after http_cancel(). Returns 0; or a negative UV_E* to end the request with it. */
typedef int (*http_body_cb)(struct http_call *call, const char *data, size_t length);

typedef void (*http_client_closed_cb)(struct http_client *client);

/* Where a request is: waiting, with curl, asked to end, or no more the client's. */
enum http_state { HTTP_ENDED, HTTP_QUEUED, HTTP_IN_FLIGHT, HTTP_CANCELLED, HTTP_STATES };

/* One request under way: the caller's memory, usually a member of the caller's own
 * struct; find that one with container_of(). All members belong to the client. */
struct http_call {
    struct http_client *client;
    enum http_state state;
    struct list link; /* in the client's list of that state */
    bool with_curl;
    struct http_transfer *transfer;
    http_done_cb on_done;
};

/* The caller's memory, usually a member of the caller's own struct. Read `loop`; leave
 * the rest alone. */
struct http_client {
    uv_loop_t *loop;
    struct http_client_options options;
    struct curl_loop curl;
    uv_idle_t turn; /* active when there is something to do in the loop's next turn */
    struct list calls[HTTP_STATES]; /* the requests in each state, in order */
    size_t count[HTTP_STATES];      /* how many that are */
    bool closing;
    http_client_closed_cb on_closed;
};

/* Makes a client. Borrows `client` and `loop` until it is closed; `options` are copied
 * (but see there), NULL: all defaults. While no request is under way it does not keep the
 * loop alive. Returns 0 or a negative UV_E*, UV_EINVAL when user_agent has a control
 * character; then there is nothing to close. */
int http_client_init(struct http_client *client, uv_loop_t *loop,
                     const struct http_client_options *options);

/* Cancels every request (each still has its http_done_cb, with UV_ECANCELED), then closes
 * all connections, then calls `on_closed` (may be NULL), from the loop: from there on the
 * client's memory is free for other use. To be called once. */
void http_client_close(struct http_client *client, http_client_closed_cb on_closed);

/* Starts a request. Borrows `call` until `on_done`, copies `request`. The answer's body
 * is kept for `on_done`; with `on_body`, not NULL, it goes there instead. Returns 0, and
 * `on_done` comes exactly once, later. Or it never comes: UV_EINVAL when the request is
 * malformed (its URL, its method, a header, or see max_redirects), UV_ENOBUFS when the
 * queue is full, UV_ECANCELED when the client is closing. */
int http_start(struct http_call *call, struct http_client *client,
               const struct http_request *request, http_body_cb on_body,
               http_done_cb on_done);

/* Asks a request to end. Its http_done_cb still comes, later, with UV_ECANCELED. Does
 * nothing when that has begun, or on zeroed memory that was never started. As long as the
 * name of its host is being looked up, curl waits for that before it lets go of it, and
 * the loop with it: so it is with time limits, and with closing. */
void http_cancel(struct http_call *call);

/* The status of the answer as far as it has come, for http_body_cb; 0 before it began. */
int http_status(const struct http_call *call);

/* The value of the answer's header `name` (in any case of letters), without the space
 * around it; of several the first; NULL when there is none. Gives nothing: it is the
 * call's, valid until http_done_cb returns. */
const char *http_response_header(const struct http_response *response, const char *name);

#endif
