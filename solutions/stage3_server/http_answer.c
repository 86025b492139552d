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

    append_text(answer, "HTTP/1.1 ");
    append_number(answer, (size_t)status);
    append_text(answer, " ");
    append_text(answer, http_status_text(status));
    append_text(answer, "\r\n");
    append_header(answer, "Content-Type", type);
    if (length >= 0) {
        append_text(answer, "Content-Length: ");
        append_number(answer, (size_t)length);
        append_text(answer, "\r\n");
    }
    append_header(answer, "Date", http_date_at(&exchange->server->date, time(NULL)));
    answer_connection(exchange);
    buffer_append(answer, exchange->headers.data, exchange->headers.length);
    append_text(answer, "\r\n");
}

/* Whether the connection is kept for the client's next request, and the header that tells
 * him so. `exchange->close` is true already for a request that was refused: what comes
 * after it cannot be understood. */
static void answer_connection(struct http_exchange *exchange)
{
    if (!exchange->request.keep_alive || exchange_is_last(exchange))
        exchange->close = true;
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
}
