/* mistake: forgets that close was true already
 * caught by: test_http_server.py::test_an_answer_that_ends_with_the_connection
 * says: although only the end of the connection */
    exchange->close = !exchange->request.keep_alive || exchange_is_last(exchange);
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
