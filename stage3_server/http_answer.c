/* http_answer: what goes back to the client (RFC 9110, RFC 9112).
 *
 * Who reads an answer must know where it ends, or he waits for more, or takes its last
 * bytes for the beginning of the next one: so its head says how many bytes follow.
 *
 * In the order of time: */
#include "stage3_server/http_connection.h"
#include "stage3_server/http_text.h"

#include <string.h>
#include <time.h>

static void answer_connection(struct http_exchange *exchange);

void http_answer(struct http_exchange *exchange, int status, const char *type,
                 const void *body, size_t length)
{
    bool may_have_body = http_status_has_body(status);

    if (length > MAX_ANSWER) {
        http_answer_failure(exchange, UV_EFBIG);
        return;
    }
    if (exchange->connection != NULL) { /* else nobody waits for it */
        answer_head(exchange, status, may_have_body ? type : NULL,
                    may_have_body ? (int64_t)length : HTTP_LENGTH_UNKNOWN);
        if (may_have_body && !http_is_head(exchange))
            buffer_append(&exchange->answer, body, length);
    }
    exchange_end(exchange);
}

/* The status line, the headers, and the empty line that ends them. Every line ends with a
 * carriage return and a line feed. `length` is in bytes, and the same for HEAD. */
void answer_head(struct http_exchange *exchange, int status, const char *type,
                 int64_t length)
{
    struct buffer *answer = &exchange->answer;

    /* TODO 3.5 (green) Write the head of the answer.
     * The status line is: HTTP/1.1 200 OK (the words are http_status_text()'s). The
     * headers here are Content-Type, Content-Length (`length`, in bytes; no such header
     * when it is negative: it is not known yet) and Date (http_date_at()). http_text.h
     * has what appends texts, numbers and headers to a buffer. */
    (void)status, (void)type, (void)length, (void)http_date_at, (void)time;
    TODO("3.5");
    /* END 3.5 */
    answer_connection(exchange);
    buffer_append(answer, exchange->headers.data, exchange->headers.length);
    append_text(answer, "\r\n");
}

/* Whether the connection is kept for the client's next request, and the header that tells
 * him so. `exchange->close` is true already for a request that was refused: what comes
 * after it cannot be understood. */
static void answer_connection(struct http_exchange *exchange)
{
    /* TODO 3.6 (green) Keep the connection, or close it.
     * As it stands every connection is closed after one answer. Close it only if the
     * client wants it so (request.keep_alive is false), or this is the last one of a
     * server that stops: exchange_is_last(); or if `close` is true already. The header
     * Connection says "close" or "keep-alive". */
    exchange->close = true;
    append_header(&exchange->answer, "Connection", "close");
    TODO("3.6");
    /* END 3.6 */
}
