/* call_control: each event is a task.
 *
 * An event says what has happened, and mostly something is to be done then: whoever has
 * answered wants a joke, whoever has heard it need not stay on the line. That takes time;
 * so each event that is taken becomes a job, which runs in the background, and ends when
 * what was to be done is done, or has failed, or was cancelled.
 *
 *     call.answered      fetch a joke -> wait half a second -> speak it
 *     call.speak.ended   hang up
 *     call.hangup        what is still being fetched, or waits, is not needed any more
 *
 * There is no table of calls that go on. All that a job needs comes with its event; it
 * may be the event of a call that was dialled before this program was started. It may
 * also be told twice, or after one that happened later. So a little is remembered, and
 * bounded: which events were seen, and which calls need no joke any more. What every job
 * has is in call_job.h.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/utc_time.h"
#include "stage3_server/joke_source.h"
#include "stage4_background_tasks/call_job.h"
#include "stage4_background_tasks/call_parts.h"

#include <string.h>

/* The network's code for a call that has ended already. */
#define CALL_HAS_ENDED "90018"

static void job_run(struct task *task);
static void job_answered(struct job *job);
static void job_fetch_joke(struct job *job);
static void job_on_joke(struct http_call *request, const struct http_response *response);
static void job_on_pause(struct pause *pause, int status);
static void job_on_spoken(struct call_command *command, const struct call_result *result);
static void job_speak_ended(struct job *job);
static void job_hang_up(struct job *job);
static void job_on_hung_up(struct call_command *command,
                           const struct call_result *result);
static void job_hangup(struct job *job);

void call_control_init(struct call_control *control, struct background *background,
                       const struct call_control_options *options)
{
    *control = (struct call_control){.background = background, .options = *options};
    if (control->options.pause_ms == 0)
        control->options.pause_ms = CALL_PAUSE_MS;
    id_set_init(&control->seen, CALL_EVENTS_KNOWN);
    id_set_init(&control->over, CALLS_OVER_KNOWN);
    id_set_init(&control->mute, CALLS_OVER_KNOWN);
    control->begun_ms = utc_now_ms();
    list_init(&control->telling);
    list_init(&control->dials);
}

void call_control_deinit(struct call_control *control)
{
    id_set_deinit(&control->seen);
    id_set_deinit(&control->over);
    id_set_deinit(&control->mute);
}

int call_control_take(struct call_control *control, const struct call_event *event)
{
    if (event->type == EVENT_OTHER)
        return 0;
    if (!id_set_add(&control->seen, event->id))
        return 0;
    int status = job_start(control, event, job_run);
    if (status != 0)
        id_set_remove(&control->seen, event->id);
    return status;
}

static void job_run(struct task *task)
{
    struct job *job = container_of(task, struct job, task);
    const struct call_event *event = &job->event;

    call_log_event(job->control, event);
    call_was_dialled(job->control, event);
    if (event->type == EVENT_INITIATED)
        job_tell(job, CALL_RINGING, NULL);
    if (event->type == EVENT_SPEAK_STARTED)
        job_tell(job, CALL_SPEAKING, NULL);
    if (event->type == EVENT_ANSWERED)
        job_answered(job);
    else if (event->type == EVENT_SPEAK_ENDED)
        job_speak_ended(job);
    else if (event->type == EVENT_HANGUP)
        job_hangup(job);
    else
        job_finish(job, 0);
}

/* Somebody has taken the call. If this comes late nobody is there to talk to any more. */
static void job_answered(struct job *job)
{
    job_tell(job, CALL_ANSWERED, NULL);
    if (id_set_has(&job->control->over, job->event.control_id)) {
        job_finish(job, 0);
        return;
    }
    job_begins_to_tell(job);
    job_fetch_joke(job);
}

/* As in 3.7: it asks, and returns. */
static void job_fetch_joke(struct job *job)
{
    const struct call_control_options *options = &job->control->options;
    int status =
        joke_ask(&job->request, options->jokes, options->joke_timeout_ms, job_on_joke);

    if (status != 0)
        job_pause(job, joke_of_ours(), job_on_pause);
}

static void job_on_joke(struct http_call *request, const struct http_response *response)
{
    struct job *job = container_of(request, struct job, request);

    if (response->error == UV_ECANCELED)
        job_finish(job, UV_ECANCELED);
    else
        job_pause(job, call_joke(response), job_on_pause);
}

static void job_on_pause(struct pause *pause, int status)
{
    struct job *job = container_of(pause, struct job, pause);

    if (status == 0)
        status = job_send(job, "speak",
                          json_pack("{s:s, s:s, s:s}", "payload", job->joke, "voice",
                                    "male", "language", "en-GB"),
                          job_on_spoken);
    if (status != 0)
        job_finish(job, status);
}

/* The network has begun to speak; or it has not, and nobody is left on a silent line. */
static void job_on_spoken(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);
    bool has_ended = strcmp(result->code, CALL_HAS_ENDED) == 0;

    if (result->error == 0 || result->error == UV_ECANCELED || has_ended) {
        job_finish(job, has_ended ? 0 : result->error);
        return;
    }
    id_set_add(&job->control->mute, job->event.control_id);
    job_tell(job, CALL_FAILED, "the joke was not told");
    job->error = result->error;
    job_hang_up(job);
}

/* The joke was told; or the other one has hung up meanwhile, and call.hangup says so. */
static void job_speak_ended(struct job *job)
{
    if (strcmp(job->event.status, "call_hangup") == 0) {
        job_finish(job, 0);
        return;
    }
    id_set_remove(&job->control->mute, job->event.control_id);
    if (id_set_add(&job->control->over, job->event.control_id)) {
        job_hang_up(job);
        return;
    }
    job_tell(job, CALL_DONE, NULL); /* call.hangup has overtaken it */
    job_finish(job, 0);
}

static void job_hang_up(struct job *job)
{
    int status = job_send(job, "hangup", json_object(), job_on_hung_up);

    if (status != 0)
        job_finish(job, status);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);
    bool has_ended = strcmp(result->code, CALL_HAS_ENDED) == 0;

    job_finish(job, has_ended ? 0 : result->error);
}

/* It is over: whoever still prepares a joke for it may stop. */
static void job_hangup(struct job *job)
{
    struct call_control *control = job->control;
    const struct call_event *event = &job->event;
    bool was_told = !id_set_add(&control->over, event->control_id);
    const char *reason = call_failure(event, was_told);

    jobs_cancel_telling(control, event->control_id);
    if (!id_set_has(&control->mute, event->control_id))
        job_tell(job, reason ? CALL_FAILED : CALL_DONE, reason);
    job_finish(job, 0);
}
