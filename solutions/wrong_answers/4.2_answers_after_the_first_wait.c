/* mistake: answers when the service of jokes has answered
 * caught by: test_call_control.py::test_the_answer_precedes_the_work
 * says: nothing more came
 * exercise: 4.10 */
#include "lib/memory.h"
#include "stage3_server/joke_source.h"

#include <stdlib.h>

struct late {
    struct http_exchange *exchange;
    struct http_call call;
};

static void late_on_joke(struct http_call *call, const struct http_response *response)
{
    struct late *late = container_of(call, struct late, call);

    (void)response;
    http_answer_text(late->exchange, 200, "ok\n");
    free(late);
}

static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    int status = call_control_take(control, event);

    if (status == 0 && event->type == EVENT_ANSWERED) {
        struct late *late = xmalloc(sizeof *late);
        late->exchange = exchange;
        joke_ask(&late->call, control->options.jokes, control->options.joke_timeout_ms,
                 late_on_joke);
    } else if (status == 0) {
        http_answer_text(exchange, 200, "ok\n");
    } else if (status == UV_ENOBUFS) {
        http_add_header(exchange, "Retry-After", "1");
        http_answer_error(exchange, 503, "too much is to be done already");
    } else {
        http_answer_failure(exchange, status);
    }
}
