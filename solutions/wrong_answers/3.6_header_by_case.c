/* mistake: looks for the header Connection itself, in one case of letters only
 * caught by: test_http_server.py::test_who_closes
 * says: connection: CLOSE: 200, Connection: keep-alive */
    const struct request_parser *request = &exchange->request;

    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, "Connection") == 0 &&
            strcmp(request->headers[i].value, "close") == 0)
            exchange->close = true;
    exchange->close = exchange->close || exchange_is_last(exchange);
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
