/* mistake: answers 405 when the first route of that path has another method
 * caught by: test_http_server.py::test_which_status
 * says: POST /echo: 405 */
    for (; route->method != NULL; route++) {
        if (!http_path_matches(&path, route->pattern, exchange))
            continue;
        path_is_known = true;
        if (route_has_method(route, exchange->request.method))
            route->handler(exchange);
        else
            exchange_refuse_method(exchange, &path);
        return;
    }
    if (!path_is_known)
        http_answer_error(exchange, 404, NULL);
