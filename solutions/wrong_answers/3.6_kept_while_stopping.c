/* mistake: keeps connections while the server is stopping
 * caught by: test_http_server.py::test_the_last_answer_closes_when_it_stops
 * says: keep-alive */
    if (!exchange->request.keep_alive)
        exchange->close = true;
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
