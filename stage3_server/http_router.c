/* http_router: which handler a request is for.
 *
 * The path and the patterns are compared segment by segment (http_path.c). Three answers
 * are possible: a route has the path and the method; one has the path, but another
 * method; none has the path.
 *
 * In the order of time: */
#include "stage3_server/http_connection.h"
#include "stage3_server/http_path.h"
#include "stage3_server/http_text.h"

#include <string.h>

static bool route_has_method(const struct http_route *route, const char *method);
static void exchange_refuse_method(struct http_exchange *exchange,
                                   const struct http_path *path);

void exchange_dispatch(struct http_exchange *exchange)
{
    const struct http_route *route = exchange->server->routes;
    bool path_is_known = false;
    struct http_path path;

    if (http_path_read(&path, exchange) != 0) {
        http_answer_error(exchange, 400, "the path is malformed");
        return;
    }
    /* TODO 3.4 (green) Find the route.
     * Look at one route after the other; the last has no method. http_path_matches()
     * tells whether the path is like its pattern, route_has_method() whether the method
     * is its. If both, call its handler, and nobody else. If only the path was known:
     * call exchange_refuse_method() (405). If not even that: answer 404. */
    (void)route, (void)path_is_known, (void)route_has_method;
    (void)exchange_refuse_method;
    TODO("3.4");
    http_answer_error(exchange, 501, "TODO 3.4 is not written yet");
    /* END 3.4 */
}

/* HEAD is GET without the body (RFC 9110, 9.3.2). */
static bool route_has_method(const struct http_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* 405 says which methods there are (RFC 9110, 15.5.6). */
static void exchange_refuse_method(struct http_exchange *exchange,
                                   const struct http_path *path)
{
    const struct http_route *route = exchange->server->routes;
    struct buffer methods;

    buffer_init(&methods, 1024);
    for (; route->method != NULL; route++) {
        if (!http_path_matches(path, route->pattern, exchange))
            continue;
        append_to_list(&methods, route->method);
        if (strcmp(route->method, "GET") == 0)
            append_to_list(&methods, "HEAD");
    }
    http_add_header(exchange, "Allow", methods.data);
    buffer_deinit(&methods);
    http_answer_error(exchange, 405, NULL);
}
