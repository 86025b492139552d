/* call_dial: call_control_dial(), given, finished. A task that sends one command; what
 * happens to the call then comes as events.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "stage4_background_tasks/call_parts.h"

#include <stdlib.h>
#include <string.h>

/* One call on its way to the network. */
struct dial {
    struct task task;
    struct call_control *control;
    struct call call;
    struct call_command command;
    struct list link; /* in the control's, while the command is under way */
    bool was_dialled; /* an event says so */
};

static void dial_run(struct task *task);
static json_t *dial_body(const struct dial *dial);
static void dial_on_cancel(struct task *task);
static void dial_on_done(struct call_command *command, const struct call_result *result);
static void dial_fail(struct dial *dial, int error, const char *reason);
static void dial_finish(struct dial *dial, int status);

int call_control_dial(struct call_control *control, const struct call *call)
{
    struct background *dials = control->options.dials;
    struct dial *dial = xmalloc(sizeof *dial);
    int status;

    dial->control = control;
    dial->call = *call;
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

    list_append(&dial->control->dials, &dial->link);
    int status = call_command_start(&dial->command, api, "/v2/calls", dial_body(dial),
                                    dial->call.command_id, dial_on_done);
    if (status != 0)
        dial_fail(dial, status, uv_strerror(status));
}

void call_was_dialled(struct call_control *control, int64_t id)
{
    for (struct list *link = control->dials.next; link != &control->dials;
         link = link->next) {
        struct dial *dial = container_of(link, struct dial, link);

        if (dial->call.id == id)
            dial->was_dialled = true;
    }
}

/* Gives it. */
static json_t *dial_body(const struct dial *dial)
{
    const struct call_control_options *options = &dial->control->options;
    char *state = call_event_client_state(dial->call.id);
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
        dial_finish(dial, UV_ECANCELED);
}

static void dial_on_done(struct call_command *command, const struct call_result *result)
{
    struct dial *dial = container_of(command, struct dial, command);
    char reason[CALL_REASON_SIZE];

    if (result->error == 0) {
        call_tell(dial->control, dial->call.id, CALL_RINGING, NULL);
        dial_finish(dial, 0);
    } else {
        dial_fail(dial, result->error, call_refusal(result, reason, sizeof reason));
    }
}

/* Nobody knows what has become of one that was cancelled: nothing is told of it. And of
 * one that was dialled all the same the events tell. */
static void dial_fail(struct dial *dial, int error, const char *reason)
{
    if (!dial->was_dialled && error != UV_ECANCELED)
        call_tell(dial->control, dial->call.id, CALL_FAILED, reason);
    dial_finish(dial, error);
}

/* The only way out. */
static void dial_finish(struct dial *dial, int status)
{
    if (dial->task.is_running)
        list_remove(&dial->link);
    task_end(&dial->task, status);
    free(dial);
}
