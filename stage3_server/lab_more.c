#include "stage3_server/lab_more.h"

#include "lib/memory.h"
#include "lib/program.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_PIECES = 1000000,
    MAX_SIZE = 1024 * 1024,
    SHOUT_SIZE = 4096,
    MAX_ERROR = 10000
};

/* --- Pieces --- */

struct pieces {
    struct http_exchange *exchange;
    unsigned long long count, size, written;
    bool aborts;
};

/* A number in the query; `fallback` when there is none. */
static unsigned long long query_number(const struct http_exchange *exchange,
                                       const char *name, unsigned long long max,
                                       unsigned long long fallback)
{
    char *text = http_query(exchange, name);
    unsigned long long number = fallback;

    if (text != NULL && !parse_whole(text, 0, max, &number))
        number = fallback;
    free(text);
    return number;
}

static void pieces_on_gone(struct http_exchange *exchange)
{
    printf("pieces: the client has gone\n");
    free(exchange->data);
    http_stream_abort(exchange);
}

static void pieces_on_more(struct http_exchange *exchange)
{
    struct pieces *pieces = exchange->data;

    if (pieces->written == pieces->count) {
        bool aborts = pieces->aborts;
        free(pieces);
        (aborts ? http_stream_abort : http_stream_end)(exchange);
        return;
    }
    printf("piece %llu\n", ++pieces->written);
    char *text = xasprintf("piece %llu\n", pieces->written);
    size_t length = strlen(text), size = pieces->size > length ? pieces->size : length;
    char *bytes = xmalloc(size);

    memset(bytes, 'x', size);
    memcpy(bytes, text, length);
    http_stream_write(exchange, bytes, size);
    free(bytes);
    free(text);
}

void lab_on_pieces(struct http_exchange *exchange)
{
    struct pieces *pieces = xmalloc(sizeof *pieces);
    int64_t length = (int64_t)query_number(exchange, "length", INT64_MAX, UINT64_MAX);

    unsigned long long aborts = query_number(exchange, "abort", 2, 0);
    pieces->aborts = aborts == 1;
    pieces->size = query_number(exchange, "size", MAX_SIZE, 0);
    if (!parse_whole(http_param(exchange, "count"), 0, MAX_PIECES, &pieces->count)) {
        free(pieces);
        http_answer_error(exchange, 400, "the count is not a number, or too large");
        return;
    }
    exchange->data = pieces;
    http_on_gone(exchange, pieces_on_gone);
    bool started = http_stream_start(exchange, 200, "text/plain; charset=utf-8", length,
                                     pieces_on_more);
    if (!started || aborts == 2)
        free(pieces);
    if (started && aborts == 2)
        http_stream_abort(exchange);
}

/* --- After HTTP --- */

struct shout {
    struct list link;
    uv_tcp_t tcp;
    char heard[SHOUT_SIZE];
};

static struct list shouts = {&shouts, &shouts};

static void shout_on_closed(uv_handle_t *handle)
{
    free(container_of((uv_tcp_t *)handle, struct shout, tcp));
}

static void shout_end(struct shout *shout)
{
    list_remove(&shout->link);
    uv_close((uv_handle_t *)&shout->tcp, shout_on_closed);
}

/* Says it in capital letters. The other side takes it at once, or not at all. */
static void shout_say(struct shout *shout, const char *bytes, size_t length)
{
    char said[SHOUT_SIZE];

    for (size_t i = 0; i < length; i++)
        said[i] = (char)toupper((unsigned char)bytes[i]);
    uv_buf_t buffer = uv_buf_init(said, (unsigned)length);
    if (length > 0 && uv_try_write((uv_stream_t *)&shout->tcp, &buffer, 1) < 0)
        printf("shout: it was not heard\n");
}

static void shout_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct shout *shout = container_of((uv_tcp_t *)handle, struct shout, tcp);

    (void)suggested;
    *buffer = uv_buf_init(shout->heard, sizeof shout->heard);
}

static void shout_on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct shout *shout = container_of((uv_tcp_t *)stream, struct shout, tcp);

    if (count < 0)
        shout_end(shout);
    else
        shout_say(shout, buffer->base, (size_t)count);
}

void lab_on_shout(struct http_exchange *exchange)
{
    uv_loop_t *loop = exchange->server->loop;
    struct shout *shout;
    struct buffer received;

    if (!http_wants_upgrade(exchange, "shout")) {
        http_answer_upgrade_required(exchange, "shout");
        return;
    }
    shout = xmalloc(sizeof *shout);
    list_append(&shouts, &shout->link);
    uv_tcp_init(loop, &shout->tcp);
    int status = http_upgrade(exchange, "shout", &shout->tcp, &received);
    if (status != 0) {
        shout_end(shout);
        http_answer_failure(exchange, status);
        return;
    }
    printf("shout: begins\n");
    shout_say(shout, received.data, received.length < SHOUT_SIZE ? received.length : 0);
    buffer_deinit(&received);
    uv_read_start((uv_stream_t *)&shout->tcp, shout_on_alloc, shout_on_read);
}

void lab_end_shouts(void)
{
    struct list *first;

    while ((first = list_first(&shouts)) != NULL)
        shout_end(container_of(first, struct shout, link));
}

/* --- Failures, and nothing --- */

void lab_on_fail(struct http_exchange *exchange)
{
    unsigned long long error;

    if (!parse_whole(http_param(exchange, "error"), 1, MAX_ERROR, &error))
        http_answer_json(exchange, 200, json_string("\xff")); /* it is NULL: no UTF-8 */
    else
        http_answer_failure(exchange, -(int)error);
}

void lab_on_empty(struct http_exchange *exchange)
{
    if (http_add_header(exchange, "X-Split", "a\r\nSet-Cookie: b") != UV_EINVAL)
        puts("a header with a line end was added");
    http_answer(exchange, 204, "text/plain", "nothing", 7);
}
