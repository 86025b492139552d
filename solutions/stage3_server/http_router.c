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
    for (; route->method != NULL; route++) {
        if (!http_path_matches(&path, route->pattern, exchange))
            continue;
        if (route_has_method(route, exchange->request.method)) {
            route->handler(exchange);
            return;
        }
        path_is_known = true;
    }
    if (path_is_known)
        exchange_refuse_method(exchange, &path);
    else
        http_answer_error(exchange, 404, NULL);
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
