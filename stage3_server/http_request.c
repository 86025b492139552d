/* http_request: what a handler asks of the request; and the answers that are made of
 * http_answer(). */
#include "lib/memory.h"
#include "lib/percent.h"
#include "stage3_server/http_connection.h"
#include "stage3_server/http_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *http_param(const struct http_exchange *exchange, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < exchange->param_count; i++)
        if (exchange->params[i].name_length == length &&
            memcmp(exchange->params[i].name, name, length) == 0)
            return exchange->params[i].value;
    return NULL;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
    return request_parser_header(&exchange->request, name);
}

bool http_is_head(const struct http_exchange *exchange)
{
    const char *method = exchange->request.method;

    return method != NULL && strcmp(method, "HEAD") == 0;
}

/* RFC 9110, 6.4.1. */
bool http_status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

json_t *http_json(const struct http_exchange *exchange, char *problem, size_t size)
{
    const struct buffer *body = &exchange->request.body;
    json_error_t error;
    json_t *json = json_loadb(body->data, body->length,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    if (json == NULL)
        snprintf(problem, size, "not JSON: line %d, column %d: %s", error.line,
                 error.column, error.text);
    return json;
}

/* The first field of that name among "a=b&c=d". */
static char *find_field(const char *text, size_t length, const char *wanted)
{
    char *copy = xmalloc(length + 1), *found = NULL;
    struct percent_pairs pairs;
    const char *name, *value;
    int status;

    memcpy(copy, text, length);
    percent_pairs_init(&pairs, copy, length);
    while (found == NULL && (status = percent_pairs_next(&pairs, &name, &value)) != 0)
        if (status > 0 && strcmp(name, wanted) == 0)
            found = xstrdup(value);
    free(copy);
    return found;
}

char *http_query(const struct http_exchange *exchange, const char *name)
{
    if (exchange->query == NULL)
        return NULL;
    return find_field(exchange->query, strlen(exchange->query), name);
}

char *http_form(const struct http_exchange *exchange, const char *name)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = http_header(exchange, "Content-Type");
    size_t length = sizeof form - 1;

    if (type == NULL || strncasecmp(type, form, length) != 0 ||
        strchr("; \t", type[length]) == NULL)
        return NULL;
    return find_field(exchange->request.body.data, exchange->request.body.length, name);
}

void http_on_gone(struct http_exchange *exchange, http_gone_cb on_gone)
{
    exchange->on_gone = on_gone;
}

bool http_is_waited_for(const struct http_exchange *exchange)
{
    return exchange->connection != NULL;
}

int http_add_header(struct http_exchange *exchange, const char *name, const char *value)
{
    size_t length = exchange->headers.length;

    if (strpbrk(name, "\r\n") != NULL || strpbrk(value, "\r\n") != NULL)
        return UV_EINVAL;
    if (length + strlen(name) + strlen(value) + sizeof ": \r\n" > MAX_HEADERS)
        return UV_EFBIG;
    append_header(&exchange->headers, name, value);
    return 0;
}

void http_answer_text(struct http_exchange *exchange, int status, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = xmalloc((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    http_answer(exchange, status, "text/plain; charset=utf-8", text, (size_t)length);
    free(text);
}

void http_answer_json(struct http_exchange *exchange, int status, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL) {
        json_decref(value);
        http_answer_failure(exchange, value == NULL ? UV_EINVAL : UV_ENOMEM);
        return;
    }
    http_answer(exchange, status, "application/json", text, strlen(text));
    free(text);
    json_decref(value);
}

void http_answer_error(struct http_exchange *exchange, int status, const char *problem)
{
    json_t *message = json_string(problem); /* NULL: there is none, or it is not UTF-8 */

    if (message == NULL)
        message = json_string(http_status_text(status));
    json_t *error =
        json_pack("{s:{s:i,s:o}}", "error", "status", status, "message", message);
    if (error == NULL)
        abort(); /* out of memory, as in xmalloc() */
    http_answer_json(exchange, status, error);
}

void http_answer_failure(struct http_exchange *exchange, int error)
{
    http_failure_cb on_failure = exchange->server->options.on_failure;
    int status = error == UV_ENOBUFS ? 503 : error == UV_ETIMEDOUT ? 504 : 500;

    if (on_failure != NULL)
        on_failure(exchange, error);
    http_answer_error(exchange, status, NULL);
}
