/* mistake: tells no length when there are no bytes
 * caught by: test_http_server.py::test_nothing_has_a_length_too
 * says: Content-Length: 0, since the length is known */
    append_text(answer, "HTTP/1.1 ");
    append_number(answer, (size_t)status);
    append_text(answer, " ");
    append_text(answer, http_status_text(status));
    append_text(answer, "\r\n");
    append_header(answer, "Content-Type", type);
    if (length > 0) {
        append_text(answer, "Content-Length: ");
        append_number(answer, (size_t)length);
        append_text(answer, "\r\n");
    }
    append_header(answer, "Date", http_date_at(&exchange->server->date, time(NULL)));
