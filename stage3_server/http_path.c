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

bool http_path_matches(const struct http_path *path, const char *pattern,
                       struct http_exchange *exchange)
{
    size_t index = 0;

    exchange->param_count = 0;
    while (*pattern == '/' && index < path->count) {
        const char *segment = path->segments[index++];
        size_t length = strcspn(++pattern, "/");

        if (*pattern == '{' && exchange->param_count < HTTP_MAX_PARAMS) {
            if (*segment == '\0')
                return false;
            exchange->params[exchange->param_count].name = pattern + 1;
            exchange->params[exchange->param_count].name_length = length - 2;
            exchange->params[exchange->param_count++].value = segment;
        } else if (strlen(segment) != length || memcmp(segment, pattern, length) != 0) {
            return false;
        }
        pattern += length;
    }
    return *pattern == '\0' && index == path->count;
}
