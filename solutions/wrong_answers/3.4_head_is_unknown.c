/* mistake: compares the method itself, so that nobody answers HEAD
 * caught by: test_http_server_limits.py::test_who_has_get_has_head
 * says: HEAD /late/a was not handed */
    (void)route_has_method;
    for (; route->method != NULL; route++) {
        if (!http_path_matches(&path, route->pattern, exchange))
            continue;
        if (strcmp(route->method, exchange->request.method) == 0) {
            route->handler(exchange);
            return;
        }
        path_is_known = true;
    }
    if (path_is_known)
        exchange_refuse_method(exchange, &path);
    else
        http_answer_error(exchange, 404, NULL);
