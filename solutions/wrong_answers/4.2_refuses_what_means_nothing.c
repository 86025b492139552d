/* mistake: refuses what means nothing to it, so that it is told again
 * caught by: test_call_control.py::test_what_is_no_event_and_what_means_nothing
 * says: an event that means nothing to us */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    int status = call_control_take(control, event);

    if (event->type == EVENT_OTHER) {
        http_answer_error(exchange, 422, "there is no such event");
    } else if (status == 0) {
        http_answer_text(exchange, 200, "ok\n");
    } else if (status == UV_ENOBUFS) {
        http_add_header(exchange, "Retry-After", "1");
        http_answer_error(exchange, 503, "too much is to be done already");
    } else {
        http_answer_failure(exchange, status);
    }
}
