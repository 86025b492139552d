/* call_job: given, finished. A job waits for one thing at a time: for the service of
 * jokes, in a pause, or for the network. To cancel it, all three are cancelled, for the
 * two that it does not wait for do not mind. */
#include "stage4_background_tasks/call_job.h"

#include "lib/memory.h"
#include "stage4_background_tasks/call_parts.h"

#include <stdlib.h>
#include <string.h>

static void job_on_cancel(struct task *task);
static void job_cancel(struct job *job);

int job_start(struct call_control *control, const struct call_event *event,
              task_run_cb run)
{
    struct job *job = xmalloc(sizeof *job);

    job->control = control;
    job->event = *event;
    int status = background_spawn(control->background, &job->task, call_event_name(event),
                                  run, job_on_cancel);
    if (status != 0)
        free(job);
    return status;
}

void job_begins_to_tell(struct job *job)
{
    list_append(&job->control->telling, &job->link);
    job->telling = true;
}

void job_pause(struct job *job, char *joke, pause_over_cb on_over)
{
    const struct call_control_options *options = &job->control->options;

    free(job->joke);
    job->joke = joke;
    pause_start(&job->pause, options->jokes->loop, options->pause_ms, on_over);
}

void job_tell(struct job *job, enum call_state state, const char *reason)
{
    call_tell(job->control, job->event.call_id, job->event.command_id, state, reason);
}

int job_send(struct job *job, const char *action, json_t *body, call_command_cb on_done)
{
    char *path = call_path(job->event.control_id, action);
    char *name = xasprintf("%s of %s", action, job->event.id);
    char command_id[UUID_LENGTH + 1];

    uuid_of_name(name, command_id);
    int status = call_command_start(&job->command, &job->control->options.api, path, body,
                                    command_id, 0, on_done);
    free(name);
    free(path);
    return status;
}

/* The background wants to end. A job that was never run waits for nothing. */
static void job_on_cancel(struct task *task)
{
    struct job *job = container_of(task, struct job, task);

    if (task->is_running)
        job_cancel(job);
    else
        job_finish(job, UV_ECANCELED);
}

static void job_cancel(struct job *job)
{
    http_cancel(&job->request);
    pause_cancel(&job->pause);
    call_command_cancel(&job->command);
}

void job_finish(struct job *job, int status)
{
    if (job->telling)
        list_remove(&job->link);
    if (job->not_needed && status == UV_ECANCELED)
        status = 0;
    task_end(&job->task, job->error != 0 ? job->error : status);
    free(job->joke);
    free(job);
}

void jobs_cancel_telling(struct call_control *control, const char *control_id)
{
    for (struct list *link = control->telling.next; link != &control->telling;
         link = link->next) {
        struct job *job = container_of(link, struct job, link);

        if (strcmp(job->event.control_id, control_id) == 0) {
            job->not_needed = true;
            job_cancel(job);
        }
    }
}
