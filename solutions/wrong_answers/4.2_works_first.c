/* mistake: does the work, and answers then
 * caught by: test_call_control.py::test_the_answer_precedes_the_work
 * says: nothing more came
 * exercise: 4.10 */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    int status = call_control_take(control, event);

    while (status == 0 && control->background->running + control->background->queued > 0)
        uv_run(control->background->loop, UV_RUN_ONCE);
    if (status == 0) {
        http_answer_text(exchange, 200, "ok\n");
    } else if (status == UV_ENOBUFS) {
        http_add_header(exchange, "Retry-After", "1");
        http_answer_error(exchange, 503, "too much is to be done already");
    } else {
        http_answer_failure(exchange, status);
    }
}
