/* mistake: ends the head before all its headers have come
 * caught by: test_http_server.py::test_the_head_of_an_answer
 * says: Connection */
    append_text(answer, "HTTP/1.1 ");
    append_number(answer, (size_t)status);
    append_text(answer, " ");
    append_text(answer, http_status_text(status));
    append_text(answer, "\r\n");
    append_header(answer, "Content-Type", type);
    if (length >= 0) {
        append_text(answer, "Content-Length: ");
        append_number(answer, (size_t)length);
        append_text(answer, "\r\n");
    }
    append_header(answer, "Date", http_date_at(&exchange->server->date, time(NULL)));
    append_text(answer, "\r\n");
