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
    /* TODO 4.13 (red) Do it once.
     * As it stands an event that is delivered twice is worked on twice: two jokes are
     * sent. id_set_add() says whether event->id is new to control->seen. If it is not,
     * all is done: return 0. If job_start() fails (it may be that too much is to be done
     * already), the event will be delivered again: then it must not have been seen. */
    if (!id_set_add(&control->seen, event->id))
        TODO("4.13");
    return job_start(control, event, job_run);
    /* END 4.13 */
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

/* TODO 4.4 (green) Joke, pause, speak.
 * Two functions; each starts the next step, and returns.
 * job_on_joke(): the service has answered, or has not. When the response's error is
 * UV_ECANCELED nobody wants a joke any more: the job is done, job_finish() with that
 * error. Else call_joke(response) gives one, and job_pause() waits, and then calls
 * job_on_pause().
 * job_on_pause(): when `status` is 0, speak: job_send() the action "speak", with a body
 * of three strings: "payload" is job->joke, "voice" is "male", "language" is "en-GB";
 * then comes job_on_spoken(). If the status, or what job_send() returns, is not 0, it
 * never does: job_finish() with it. */
static void job_on_joke(struct http_call *request, const struct http_response *response)
{
    struct job *job = container_of(request, struct job, request);

    (void)response, (void)job_on_spoken;
    job_finish(job, TODO("4.4"));
}

static void job_on_pause(struct pause *pause, int status)
{
    struct job *job = container_of(pause, struct job, pause);

    (void)status;
    job_finish(job, TODO("4.4"));
}
/* END 4.4 */

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

/* TODO 4.5 (green) Hang up.
 * job_hang_up(): job_send() the action "hangup", with a body that is an empty object;
 * then comes job_on_hung_up(). If job_send() does not return 0 it never does:
 * job_finish() with that.
 * job_on_hung_up(): the job is done, with result->error. But if result->code is
 * CALL_HAS_ENDED somebody was quicker, and that is as good: then it is done with 0. */
static void job_hang_up(struct job *job)
{
    (void)job_on_hung_up;
    job_finish(job, TODO("4.5"));
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    (void)command, (void)result;
}
/* END 4.5 */

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
