/* mistake: keeps the connection when the server is stopping
 * caught by: test_http_server.py::test_the_last_answer_of_a_server_that_stops
 * says: while the server is stopping */
    if (!exchange->request.keep_alive)
        exchange->close = true;
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
