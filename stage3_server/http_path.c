/* http_path: cut first, decoded afterwards, once. */
#include "stage3_server/http_path.h"

#include "lib/percent.h"

#include <string.h>

int http_path_read(struct http_path *path, struct http_exchange *exchange)
{
    const char *target = exchange->request.target;
    size_t length = strcspn(target, "?");

    path->count = 0;
    if (target[0] != '/') /* "*", of OPTIONS: no route has it */
        return 0;
    exchange->query = target[length] == '?' ? target + length + 1 : NULL;
    buffer_append(&exchange->path, target, length); /* as long as a target may be */
    char *rest = exchange->path.data, *end = rest + length;

    while (rest < end) {
        char *segment = rest + 1; /* behind the slash */
        size_t size = strcspn(segment, "/");

        if (path->count == HTTP_MAX_SEGMENTS)
            return UV_E2BIG;
        rest = segment + size;
        char slash = *rest; /* decoding puts a zero byte there at the latest */
        int status = percent_decode(segment, size, false, segment, size + 1, NULL);
        if (status != 0)
            return status;
        path->segments[path->count++] = segment;
        if (slash == '\0')
            break;
    }
    return 0;
}

/* `length` bytes of a pattern, such as "{name}", stand for `value`. */
static void exchange_add_param(struct http_exchange *exchange, const char *pattern,
                               size_t length, const char *value)
{
    if (exchange->param_count == HTTP_MAX_PARAMS)
        return;
    exchange->params[exchange->param_count].name = pattern + 1;
    exchange->params[exchange->param_count].name_length = length - 2;
    exchange->params[exchange->param_count++].value = value;
}

/* Puts the segments together again, with slashes between. False: one has a slash of its
 * own. */
static bool join_rest(struct buffer *rest, const struct http_path *path, size_t index)
{
    buffer_clear(rest);
    for (; index < path->count; index++) {
        const char *segment = path->segments[index];

        if (strchr(segment, '/') != NULL)
            return false;
        buffer_append(rest, segment, strlen(segment));
        if (index + 1 < path->count)
            buffer_append(rest, "/", 1);
    }
    return true;
}

bool http_path_matches(const struct http_path *path, const char *pattern,
                       struct http_exchange *exchange)
{
    static const char rest[] = "...}";
    size_t index = 0;

    exchange->param_count = 0;
    while (*pattern == '/' && index < path->count) {
        const char *segment = path->segments[index++];
        size_t length = strcspn(++pattern, "/");

        if (*pattern == '{' && length > sizeof rest &&
            strcmp(pattern + length - (sizeof rest - 1), rest) == 0) {
            if (!join_rest(&exchange->rest, path, index - 1))
                return false;
            exchange_add_param(exchange, pattern, length - 3, exchange->rest.data);
            return true;
        }
        if (*pattern == '{') {
            if (*segment == '\0')
                return false;
            exchange_add_param(exchange, pattern, length, segment);
        } else if (strlen(segment) != length || memcmp(segment, pattern, length) != 0) {
            return false;
        }
        pattern += length;
    }
    return *pattern == '\0' && index == path->count;
}
