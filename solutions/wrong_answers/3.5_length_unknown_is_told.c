/* mistake: tells a length, too, when it is not known
 * caught by: test_http_server.py::test_no_length_is_told
 * says: Content-Length: 18446744073709551615 */
    append_text(answer, "HTTP/1.1 ");
    append_number(answer, (size_t)status);
    append_text(answer, " ");
    append_text(answer, http_status_text(status));
    append_text(answer, "\r\n");
    append_header(answer, "Content-Type", type);
    append_text(answer, "Content-Length: ");
    append_number(answer, (size_t)length);
    append_text(answer, "\r\n");
    append_header(answer, "Date", http_date_at(&exchange->server->date, time(NULL)));
