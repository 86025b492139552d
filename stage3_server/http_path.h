/* http_path: a request's path in segments. */
#ifndef STAGE3_HTTP_PATH_H
#define STAGE3_HTTP_PATH_H

#include "stage3_server/http_server.h"

enum { HTTP_MAX_SEGMENTS = 32 };

/* "/convert/GBP/100" has the segments "convert", "GBP", "100"; "/" has one, which is
 * empty, and so does a path that ends with a slash have at its end. */
struct http_path {
    const char *segments[HTTP_MAX_SEGMENTS]; /* decoded; the exchange's */
    size_t count;
};

/* Reads the path of the exchange's target, and where its query begins. 0; or UV_EINVAL
 * when an escape is malformed or a decoded byte is zero. One with more segments than that
 * has none: no pattern is like it. */
int http_path_read(struct http_path *path, struct http_exchange *exchange);

/* Whether the path is like the pattern. Then the exchange's params are what it has in the
 * places of the pattern's names. A segment with a slash in it ("%2F") is in no {name...}:
 * there it could not be told from two. */
bool http_path_matches(const struct http_path *path, const char *pattern,
                       struct http_exchange *exchange);

#endif
