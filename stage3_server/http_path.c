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
        if (path->count == HTTP_MAX_SEGMENTS)
            return UV_E2BIG;
        size_t size = (size_t)(end - segment);
        if (escaped && percent_decode(segment, size, false, segment, size + 1, NULL) != 0)
            return UV_EINVAL;
        path->segments[path->count++] = segment;
    }
    if (stop == '?')
        exchange->query = target + (end + 1 - exchange->path.data);
    return 0;
}

/* Compares a segment with that of a pattern: returns where the pattern's ends. NULL: they
 * differ. */
static const char *same_segment(const char *pattern, const char *segment)
{
    for (; *pattern != '/' && *pattern != '\0'; pattern++, segment++)
        if (*pattern != *segment)
            return NULL;
    return *segment == '\0' ? pattern
                            : NULL; /* an escaped slash is none of the pattern's */
}

bool http_path_matches(const struct http_path *path, const char *pattern,
                       struct http_exchange *exchange)
{
    size_t index = 0;

    exchange->param_count = 0;
    while (*pattern == '/' && index < path->count) {
        const char *segment = path->segments[index++];

        pattern++;
        if (*pattern == '{' && exchange->param_count < HTTP_MAX_PARAMS) {
            size_t length = strcspn(pattern, "/");

            if (*segment == '\0')
                return false;
            exchange->params[exchange->param_count].name = pattern + 1;
            exchange->params[exchange->param_count].name_length = length - 2;
            exchange->params[exchange->param_count++].value = segment;
            pattern += length;
        } else if ((pattern = same_segment(pattern, segment)) == NULL) {
            return false;
        }
    }
    return *pattern == '\0' && index == path->count;
}
