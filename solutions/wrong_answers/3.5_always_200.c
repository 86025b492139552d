/* mistake: says 200 whatever the status is
 * caught by: test_http_server.py::test_the_words_of_a_status
 * says: 200 OK */
    (void)status;
    append_text(answer, "HTTP/1.1 ");
    append_number(answer, 200);
    append_text(answer, " ");
    append_text(answer, http_status_text(200));
    append_text(answer, "\r\n");
    append_header(answer, "Content-Type", type);
    if (length >= 0) {
        append_text(answer, "Content-Length: ");
        append_number(answer, (size_t)length);
        append_text(answer, "\r\n");
    }
    append_header(answer, "Date", http_date_at(&exchange->server->date, time(NULL)));
