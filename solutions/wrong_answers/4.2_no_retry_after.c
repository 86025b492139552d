/* mistake: does not say when there will be room
 * caught by: test_call_control.py::test_too_much_to_do
 * says: 503, Retry-After: 1 */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    int status = call_control_take(control, event);

    if (status == 0)
        http_answer_text(exchange, 200, "ok\n");
    else
        http_answer_failure(exchange, status);
}
