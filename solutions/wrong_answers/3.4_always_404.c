/* mistake: answers 404 where only the method is unknown
 * caught by: test_http_server.py::test_which_status
 * says: POST /json: 404 */
    (void)path_is_known, (void)exchange_refuse_method;
    for (; route->method != NULL; route++) {
        if (http_path_matches(&path, route->pattern, exchange) &&
            route_has_method(route, exchange->request.method)) {
            route->handler(exchange);
            return;
        }
    }
    http_answer_error(exchange, 404, NULL);
