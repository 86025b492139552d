/* mistake: answers 200, taken or not
 * caught by: test_call_control.py::test_too_much_to_do
 * says: 503, Retry-After: 1 */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    call_control_take(control, event);
    http_answer_text(exchange, 200, "ok\n");
}
