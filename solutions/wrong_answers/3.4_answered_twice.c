/* mistake: goes on after the handler was called, and answers once more
 * caught by: test_http_server.py::test_which_status
 * says: the program followed a NULL pointer */
    for (; route->method != NULL; route++) {
        if (!http_path_matches(&path, route->pattern, exchange))
            continue;
        if (route_has_method(route, exchange->request.method))
            route->handler(exchange);
        else
            path_is_known = true;
    }
    if (path_is_known)
        exchange_refuse_method(exchange, &path);
    else
        http_answer_error(exchange, 404, NULL);
