/* request_parser: one HTTP/1.1 request, made of the bytes that come in (RFC 9112).
 *
 * llhttp does the parsing. It takes more than a server should, and what it takes differs
 * from version to version: what could be understood in two ways is refused here, before
 * llhttp sees it and before anybody acts on it. */
#ifndef LIB_REQUEST_PARSER_H
#define LIB_REQUEST_PARSER_H

#include "lib/buffer.h"

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many empty lines may stand before the request line (RFC 9112, 2.2); one more is
 * refused. */
enum { REQUEST_EMPTY_LINES = 2 };

/* The most that is taken. */
struct request_limits {
    size_t max_target; /* bytes of the request's target, as sent: more is 414 */
    size_t max_head;   /* bytes from the request line to the empty line after the headers,
                           and of the trailers and chunk extensions: more is 431 */
    size_t max_headers; /* their number, without trailers: more is 431 */
    size_t max_body;    /* bytes of the body: more is 413 */
};

/* A header as it was sent, without the space around its value. */
struct request_header {
    const char *name;
    const char *value;
};

enum request_state {
    REQUEST_IDLE,   /* not a byte has come yet, but perhaps empty lines */
    REQUEST_HEAD,   /* some of its head has come */
    REQUEST_BODY,   /* all of its head has come, and not all of its body */
    REQUEST_WHOLE,  /* all of it has come */
    REQUEST_FAILED, /* it is refused: see `status` */
};

/* The caller's memory. Read what stands before the line; leave the rest alone. The
 * strings are the parser's: valid until it is reset. */
struct request_parser {
    enum request_state state;
    int status; /* REQUEST_FAILED: what to answer, 400, 413, 414, 431, 501, 505 */
    const char *problem; /* and why, in words for the client; never freed */

    /* From REQUEST_BODY on. Of a refused request there is either all of it (the head was
     * right) or nothing: `method` is NULL then, and `header_count` 0. */
    const char *method; /* "GET" */
    const char *target; /* a path, perhaps with "?" and a query, as it was sent:
                                       "/convert/GBP/100?x=1"; or "*", of OPTIONS */
    const char *host;   /* "name" or "name:port": the target's own, when it was
                                       a whole URL, else the Host header's; NULL: HTTP/1.0
                                       without one */
    struct request_header *headers; /* in the order in which they came */
    size_t header_count;
    bool keep_alive;     /* the connection may have another one after this */
    bool wants_continue; /* Expect: 100-continue, and no byte of the body has been fed */
    bool wants_upgrade;  /* Connection: upgrade, with an Upgrade header; no body. What
                            follows the request is not HTTP if it is granted */
    bool has_body;       /* there is one, perhaps of no bytes */
    /* When REQUEST_WHOLE: */
    struct buffer body;
    /* --- */

    llhttp_t llhttp;
    const struct request_limits *limits;
    struct buffer text;     /* target and headers, with zero bytes behind the strings */
    struct buffer line;     /* what has come of a line whose end has not come yet */
    size_t header_capacity; /* of `headers` */
    size_t head_bytes;      /* that count for max_head, of lines that are whole */
    uint64_t left;       /* bytes of the body, or of the chunk, that are still to come */
    uint16_t seen;       /* what has stood in the head */
    uint8_t next;        /* what is to come next */
    uint8_t empty_lines; /* before the request line */
    bool complete;       /* llhttp says so, too */
};

/* Makes it ready for a request. Borrows `limits` until deinit. Allocates nothing yet. */
void request_parser_init(struct request_parser *parser,
                         const struct request_limits *limits);

/* Forgets the request, and keeps the memory for the next one: so much as the largest
 * request since init has needed. */
void request_parser_reset(struct request_parser *parser);

/* Frees what it has allocated. */
void request_parser_deinit(struct request_parser *parser);

/* Takes `bytes` (borrowed), as far as they belong to this request: returns how many it
 * has taken. It stops when the head is whole and a body follows (the state has become
 * REQUEST_BODY: so that the caller can refuse, or answer 100), and when the request is
 * whole or refused; what was wrong counts as taken. Call it again with the rest, also
 * when there is none left; a request that is whole or refused takes no more. However the
 * bytes are cut in pieces, the result is the same. */
size_t request_parser_feed(struct request_parser *parser, const char *bytes,
                           size_t length);

/* The value of the header `name`, in whatever case it was sent; NULL: there is none. When
 * there are several, the first. From REQUEST_BODY on. When the target was a whole URL,
 * `host` counts and not the header Host. */
const char *request_parser_header(const struct request_parser *parser, const char *name);

#endif
