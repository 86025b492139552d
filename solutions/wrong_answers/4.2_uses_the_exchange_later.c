/* mistake: reads the event from the exchange when that was answered
 * caught by: test_call_control.py::test_two_events_behind_each_other
 * says: that it should have sent */
#include "lib/memory.h"

#include <stdlib.h>

struct later {
    struct task task;
    struct http_exchange *exchange;
    struct call_control *control;
};

static void later_run(struct task *task)
{
    struct later *later = container_of(task, struct later, task);
    char problem[PROBLEM_SIZE];
    struct call_event event;
    json_t *json = http_json(later->exchange, problem, sizeof problem);

    if (json != NULL && call_event_read(json, &event, problem, sizeof problem) == 0)
        call_control_take(later->control, &event);
    json_decref(json);
    task_end(task, 0);
    free(later);
}

static void webhook_take(struct http_exchange *exchange, struct call_control *control,
                         const struct call_event *event)
{
    struct later *later = xmalloc(sizeof *later);

    later->exchange = exchange;
    later->control = control;
    int status = event->type == EVENT_OTHER
                     ? UV_EAGAIN
                     : background_spawn(control->background, &later->task, "webhook",
                                        later_run, NULL);
    if (status != 0)
        free(later);
    if (status == UV_ENOBUFS) {
        http_add_header(exchange, "Retry-After", "1");
        http_answer_error(exchange, 503, "too much is to be done already");
    } else {
        http_answer_text(exchange, 200, "ok\n");
    }
}
