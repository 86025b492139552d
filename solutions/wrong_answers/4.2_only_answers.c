/* mistake: answers, and does nothing
 * caught by: test_call_control.py::test_the_answer_precedes_the_work
 * says: of 1 requests that it should have sent 0 wait
 * exercise: 4.10 */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    (void)control, (void)event;
    http_answer_text(exchange, 200, "ok\n");
}
