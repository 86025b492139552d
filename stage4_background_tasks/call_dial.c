/* call_dial: call_control_dial(), given, finished. A task that sends one command; what
 * happens to the call then comes as events.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "stage4_background_tasks/call_answer.h"
#include "stage4_background_tasks/call_parts.h"
#include "stage4_background_tasks/call_scheduler.h"

#include <stdlib.h>
#include <string.h>

/* One call on its way to the network. */
struct dial {
    struct task task;
    struct call_control *control;
    struct call call;
    struct call_command command;
    struct list link; /* in the control's, while the command is under way */
    bool again;       /* a program that has ended may have dialled it */
    bool was_dialled; /* an event says so */
};

static void dial_run(struct task *task);
static json_t *dial_body(const struct dial *dial);
static void dial_on_cancel(struct task *task);
static void dial_on_done(struct call_command *command, const struct call_result *result);
static void dial_fail(struct dial *dial, int error, bool unsure, const char *reason);
static void dial_tell(struct dial *dial, enum call_state state, const char *reason);
static void dial_finish(struct dial *dial, int status);

int call_control_dial(struct call_control *control, const struct call *call)
{
    struct background *dials = control->options.dials;
    struct dial *dial = xmalloc(sizeof *dial);
    int status;

    dial->control = control;
    dial->call = *call;
    dial->again = call->claimed_ms < control->begun_ms;
    status = background_spawn(dials != NULL ? dials : control->background, &dial->task,
                              "dial", dial_run, dial_on_cancel);
    if (status != 0)
        free(dial);
    return status;
}

static void dial_run(struct task *task)
{
    struct dial *dial = container_of(task, struct dial, task);
    const struct call_api *api = &dial->control->options.api;
    int64_t give_up_ms = dial->call.claimed_ms + CALL_SCHEDULER_SURE_MS;

    list_append(&dial->control->dials, &dial->link);
    int status = call_command_start(&dial->command, api, "/v2/calls", dial_body(dial),
                                    dial->call.command_id, give_up_ms, dial_on_done);
    if (status != 0)
        dial_fail(dial, status, dial->again && status == UV_ETIMEDOUT,
                  uv_strerror(status));
}

void call_was_dialled(struct call_control *control, const struct call_event *event)
{
    for (struct list *link = control->dials.next; link != &control->dials;
         link = link->next) {
        struct dial *dial = container_of(link, struct dial, link);

        if (dial->call.id == event->call_id &&
            strcmp(dial->call.command_id, event->command_id) == 0)
            dial->was_dialled = true;
    }
}

/* Gives it. */
static json_t *dial_body(const struct dial *dial)
{
    const struct call_control_options *options = &dial->control->options;
    char *state = call_event_client_state(dial->call.id, dial->call.command_id);
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s}", "connection_id", options->connection_id, "from",
                  options->from, "to", dial->call.number, "client_state", state);

    if (options->webhook_url != NULL)
        json_object_set_new(body, "webhook_url", json_string(options->webhook_url));
    free(state);
    return body;
}

/* It may not have been run. */
static void dial_on_cancel(struct task *task)
{
    struct dial *dial = container_of(task, struct dial, task);

    if (task->is_running)
        call_command_cancel(&dial->command);
    else
        dial_fail(dial, UV_ECANCELED, false, uv_strerror(UV_ECANCELED));
}

static void dial_on_done(struct call_command *command, const struct call_result *result)
{
    struct dial *dial = container_of(command, struct dial, command);
    bool unsure =
        result->unsure || (dial->again && !call_status_is_refusal(result->status));

    if (result->error == 0) {
        dial_tell(dial, CALL_RINGING, NULL);
        dial_finish(dial, 0);
    } else {
        dial_fail(dial, result->error, unsure, result->problem);
    }
}

/* What was not sent, and not because nobody could be reached, may be put back. Of what
 * may have been sent when it was cancelled nothing is told: the next start asks again, or
 * knows that it is too late for that. And of what was dialled all the same the events
 * tell. */
static void dial_fail(struct dial *dial, int error, bool unsure, const char *reason)
{
    bool was_kept = error == UV_ECANCELED || error == UV_ENOBUFS || error == UV_ETIMEDOUT;

    if (!unsure)
        dial_tell(dial, was_kept ? CALL_SCHEDULED : CALL_FAILED, reason);
    else if (error != UV_ECANCELED)
        dial_tell(dial, CALL_UNSURE, reason);
    dial_finish(dial, error);
}

static void dial_tell(struct dial *dial, enum call_state state, const char *reason)
{
    if (state == CALL_RINGING || !dial->was_dialled)
        call_tell(dial->control, dial->call.id, dial->call.command_id, state, reason);
}

/* The only way out. */
static void dial_finish(struct dial *dial, int status)
{
    if (dial->task.is_running)
        list_remove(&dial->link);
    task_end(&dial->task, status);
    free(dial);
}
