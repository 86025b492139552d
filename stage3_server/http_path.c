/* http_path: cut first, decoded afterwards, once. */
#include "stage3_server/http_path.h"

#include "lib/percent.h"
#include "stage3_server/http_text.h"

#include <string.h>

/* The end of the segment of a target that begins at `text`; and whether there are escapes
 * in it. */
static char *end_of_segment(char *text, bool *escaped)
{
    for (*escaped = false; *text != '/' && *text != '?' && *text != '\0'; text++)
        *escaped = *escaped || *text == '%';
    return text;
}

int http_path_read(struct http_path *path, struct http_exchange *exchange)
{
    const char *target = exchange->request.target;
    char *end, stop = target[0];

    path->count = 0;
    if (stop != '/') /* "*", of OPTIONS: no route has it */
        return 0;
    append_text(&exchange->path, target); /* as long as a target may be */
    end = exchange->path.data;
    while (stop == '/') {
        char *segment = end + 1; /* behind the slash */
        bool escaped;

        end = end_of_segment(segment, &escaped);
        stop = *end; /* decoding puts a zero byte there at the latest */
        *end = '\0';
        if (path->count == HTTP_MAX_SEGMENTS) {
            path->count = 0;
            return 0;
        }
        size_t size = (size_t)(end - segment);
        if (escaped && percent_decode(segment, size, false, segment, size + 1, NULL) != 0)
            return UV_EINVAL;
        path->segments[path->count++] = segment;
    }
    if (stop == '?')
        exchange->query = target + (end + 1 - exchange->path.data);
    return 0;
}

/* `length` bytes of a pattern, such as "{name}", stand for `value`. False: there are too
 * many. */
static bool exchange_add_param(struct http_exchange *exchange, const char *pattern,
                               size_t length, const char *value)
{
    if (exchange->param_count == HTTP_MAX_PARAMS)
        return false;
    exchange->params[exchange->param_count].name = pattern + 1;
    exchange->params[exchange->param_count].name_length = length - 2;
    exchange->params[exchange->param_count++].value = value;
    return true;
}

/* Whether the pattern's last segment is like "{name...}". */
static bool is_rest(const char *pattern, size_t length)
{
    static const char end[] = "...}";

    return length >= sizeof end && pattern[length] == '\0' &&
           memcmp(pattern + length - (sizeof end - 1), end, sizeof end - 1) == 0;
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

/* Compares a segment with that of a pattern: returns where the pattern's ends. NULL: they
 * differ. */
static const char *same_segment(const char *pattern, const char *segment)
{
    for (; *pattern != '/' && *pattern != '\0'; pattern++, segment++)
        if (*pattern != *segment)
            return NULL;
    return *segment == '\0' ? pattern : NULL; /* "%2F" is no slash of the pattern's */
}

bool http_path_matches(const struct http_path *path, const char *pattern,
                       struct http_exchange *exchange)
{
    size_t index = 0;

    exchange->param_count = 0;
    while (*pattern == '/' && index < path->count) {
        const char *segment = path->segments[index++];

        if (*++pattern == '{') {
            size_t length = strcspn(pattern, "/");

            if (is_rest(pattern, length))
                return join_rest(&exchange->rest, path, index - 1) &&
                       exchange_add_param(exchange, pattern, length - 3,
                                          exchange->rest.data);
            if (*segment == '\0' ||
                !exchange_add_param(exchange, pattern, length, segment))
                return false;
            pattern += length;
        } else if ((pattern = same_segment(pattern, segment)) == NULL) {
            return false;
        }
    }
    return *pattern == '\0' && index == path->count;
}
