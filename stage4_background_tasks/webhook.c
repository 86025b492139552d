/* webhook: answer first, then work.
 *
 * What an event asks for may take seconds: another service is asked for a joke, which may
 * be slow, or down. The telephone network does not wait for that. It wants to know one
 * thing, whether the event has arrived, and when it hears nothing it sends it again, and
 * again, and there is more to do for everybody. So the handler takes the event (it is
 * copied, and what is to be done for it is a task of the background's), answers, and does
 * not touch the exchange any more. The task runs later.
 *
 * To answer 200 is a promise: the network need not tell it again, it will be done. Who
 * has too much to do already must not give it. A program that is told to end keeps it
 * first. One that is killed does not: the tasks are in its memory alone, and whoever has
 * answered just then hears nothing until he hangs up. To promise more, the event would
 * have to be written down before the answer, as call_scheduler does with its calls. */
#include "stage4_background_tasks/webhook.h"

enum { PROBLEM_SIZE = 256 };

static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event);

void webhook_handle(struct http_exchange *exchange, struct call_control *control)
{
    char problem[PROBLEM_SIZE];
    struct call_event event;
    json_t *json = http_json(exchange, problem, sizeof problem);
    int status = UV_EINVAL;

    if (json != NULL)
        status = call_event_read(json, &event, problem, sizeof problem);
    json_decref(json);
    if (status != 0)
        http_answer_error(exchange, 400, problem);
    else
        webhook_take(exchange, control, &event);
}

/* TODO 4.2 (green) Answer before the work.
 * The event is one. Give it to call_control_take(): what is to be done for it is done
 * later, in the background. When that returns 0 the event was taken: answer 200, with
 * "ok\n" as text. When it returns UV_ENOBUFS too much is to be done already: answer 503,
 * and add the header Retry-After before, with "1" for a second. For any other error there
 * is http_answer_failure(). Answer once, and wait for nothing. */
static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    (void)control, (void)event;
    TODO("4.2");
    http_answer_error(exchange, 501, "TODO 4.2 is not written yet");
}
/* END 4.2 */
