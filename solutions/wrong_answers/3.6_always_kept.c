/* mistake: keeps a connection that the client wants closed
 * caught by: test_http_server.py::test_who_closes
 * says: and the connection stays open */
    append_header(&exchange->answer, "Connection",
                  exchange->close ? "close" : "keep-alive");
