/* mistake: closes every connection after one answer
 * caught by: test_http_server.py::test_a_connection_is_kept
 * says: closed the connection */
    exchange->close = true;
    append_header(&exchange->answer, "Connection", "close");
