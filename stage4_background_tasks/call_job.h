/* call_job: what every job of call_control is made of, and how it waits, sends and ends.
 * Given, finished: what is done for which event is in call_control.c. */
#ifndef STAGE4_CALL_JOB_H
#define STAGE4_CALL_JOB_H

#include "stage4_background_tasks/call_control.h"

/* What is done for one event. Read `control`, `event` and `joke`; the requests and the
 * pause are for whoever starts them. */
struct job {
    struct task task;
    struct call_control *control;
    struct call_event event;  /* a copy: the request that brought it has gone */
    struct http_call request; /* to the service of jokes */
    char *joke;
    struct pause pause;
    struct call_command command;
    int error; /* what it has failed with, although it goes on; 0 */

    bool telling;     /* it is in the control's list */
    bool not_needed;  /* the call has ended meanwhile */
    struct list link; /* in that list */
};

/* Spawns a job for `event` (copied). Returns as background_spawn(). Find the job with
 * container_of(task, struct job, task). */
int job_start(struct call_control *control, const struct call_event *event,
              task_run_cb run);

/* The job tells a joke from now on: jobs_cancel_telling() finds it. */
void job_begins_to_tell(struct job *job);

/* Keeps `joke` (taken) as job->joke, and calls `on_over` when who has taken a telephone
 * to his ear had time for that. */
void job_pause(struct job *job, char *joke, pause_over_cb on_over);

/* Tells on_progress what has become of the job's call. */
void job_tell(struct job *job, enum call_state state, const char *reason);

/* Sends the command `action` ("speak") to the event's call, with the members of `body`
 * (taken). Its id is made from the event's: what is done for an event that is delivered
 * again, perhaps after a restart, is the same command. Returns as call_command_start():
 * 0, and `on_done` comes exactly once; or a negative UV_E*, and it never does. */
int job_send(struct job *job, const char *action, json_t *body, call_command_cb on_done);

/* The job has ended, well (0) or with an error (a negative UV_E*), which the background
 * reports. Frees it. To be called exactly once for each. */
void job_finish(struct job *job, int status);

/* The call has ended: every job that tells a joke to it is cancelled. What it waits for
 * ends with UV_ECANCELED, and to end with that is no failure of the job's then. */
void jobs_cancel_telling(struct call_control *control, const char *control_id);

#endif
