/* mistake: answers 405 for a path that nobody knows
 * caught by: test_http_server.py::test_which_status
 * says: GET /nowhere: 405 */
    for (; route->method != NULL; route++) {
        if (!route_has_method(route, exchange->request.method))
            path_is_known = true;
        else if (http_path_matches(&path, route->pattern, exchange)) {
            route->handler(exchange);
            return;
        }
    }
    if (path_is_known)
        exchange_refuse_method(exchange, &path);
    else
        http_answer_error(exchange, 404, NULL);
