/* background: work that goes on after the answer was sent.
 *
 * A handler that has answered must not touch its exchange any more; what is still to be
 * done it gives to the background as a task. The background sees to it that no task is
 * forgotten: so many run at once, so many wait, more are refused; one that fails is
 * reported; and a program that ends waits for all of them, up to a deadline.
 *
 * Everything but a background_work_cb happens on the loop's thread. The module reports,
 * it never prints. */
#ifndef STAGE4_BACKGROUND_H
#define STAGE4_BACKGROUND_H

#include "lib/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct background;
struct task;
struct background_work;

enum { TASK_NAME_SIZE = 48 }; /* bytes; a longer name is cut off */

/* Does the task's work, or begins it: it ends with task_end(), here or later. Once for
 * each task, from the loop, never inside background_spawn(); not for a task that was
 * cancelled before. */
typedef void (*task_run_cb)(struct task *task);

/* The deadline of background_drain() has passed: the task is to come to its end, with
 * task_end(task, UV_ECANCELED), here or soon; also one that was never run. At most once,
 * from the loop. */
typedef void (*task_cancel_cb)(struct task *task);

/* A task has ended with an error (a negative UV_E*). `name` is valid until it returns. */
typedef void (*background_failed_cb)(struct background *background, const char *name,
                                     int error);

/* The deadline has passed, and this task has not ended. Once for each, before the first
 * task_cancel_cb. It must not end a task. */
typedef void (*background_left_cb)(struct background *background, const char *name);

/* Every task has ended, and nothing of the background is open any more: its memory is
 * free for other use. Once, from the loop, never inside background_drain(). */
typedef void (*background_drained_cb)(struct background *background);

/* How a background is to be; a member that is 0 or NULL has the default named here. */
struct background_options {
    size_t max_running;             /* tasks that run at once: 100 */
    size_t max_queued;              /* further ones, which have to wait: 10,000 */
    background_failed_cb on_failed; /* nobody is told */
    background_left_cb on_left;     /* nobody is told */
};

/* The caller's memory. Read `running` and `queued`; leave the rest alone. */
struct background {
    size_t running; /* tasks that run, or have been asked to end */
    size_t queued;  /* tasks that wait to be run */

    uv_loop_t *loop;
    struct background_options options;
    struct list running_tasks;
    struct list queued_tasks; /* in order of arrival */
    uv_idle_t turn; /* active when tasks are to be run in the loop's next turn */
    uv_timer_t deadline;
    bool draining;
    unsigned open_handles;
    background_drained_cb on_drained;
};

/* One task: the caller's memory, usually a member of the struct of its operation; find
 * that one with container_of(). All members belong to the background. */
struct task {
    struct background *background; /* NULL: it has ended */
    char name[TASK_NAME_SIZE];
    task_run_cb run;
    task_cancel_cb cancel;
    struct list link; /* in the background's list of running or queued tasks */
    bool is_running;
};

/* Makes a background. Borrows `background` and `loop` until it is drained; `options` are
 * copied; NULL: all defaults. Nothing can fail. While it has no task it does not keep the
 * loop alive. */
void background_init(struct background *background, uv_loop_t *loop,
                     const struct background_options *options);

/* Spawns a task: it runs in a later turn of the loop, in order of arrival, when fewer
 * than max_running others do. Borrows `task` until task_end(); copies `name`. `cancel`
 * may be NULL: a drain waits for it, however long. Returns 0; or a negative UV_E*, and
 * nothing happens ever: UV_ENOBUFS, there are max_running and max_queued others already;
 * UV_ECANCELED, the background is draining. */
int background_spawn(struct background *background, struct task *task, const char *name,
                     task_run_cb run, task_cancel_cb cancel);

/* The task has ended, well (0) or with an error (a negative UV_E*), which is reported by
 * on_failed. To be called exactly once for each task that was spawned; the background
 * does not use `task` any more when it returns. */
void task_end(struct task *task, int status);

/* --- Work that blocks ------------------------------------------------------------------
 */

/* Works, on a thread of the pool: it may block, and must not touch the loop or anything
 * that the loop's thread uses. */
typedef void (*background_work_cb)(struct background_work *work);

/* The work is done (0), or was cancelled before it began (UV_ECANCELED). Exactly once for
 * each background_do() that returned 0, from the loop. The work does not belong to the
 * background any more: it may be freed here. Returns how the task has ended: 0, or a
 * negative UV_E*, which is reported. */
typedef int (*background_done_cb)(struct background_work *work, int status);

/* One piece of work that blocks: the caller's memory, as struct task. */
struct background_work {
    struct task task;
    uv_work_t request;
    background_work_cb on_work;
    background_done_cb on_done;
};

/* Spawns a task whose work blocks: `on_work` on a thread of the pool, then `on_done` on
 * the loop's. Borrows `work` until `on_done`; copies `name`. What is on a thread at the
 * deadline of a drain cannot be stopped: it is waited for. Returns as
 * background_spawn(). */
int background_do(struct background *background, struct background_work *work,
                  const char *name, background_work_cb on_work,
                  background_done_cb on_done);

/* --- The end -------------------------------------------------------------------------*/

/* Takes no more tasks, lets those that it has come to their end, and then calls
 * `on_drained` (may be NULL). When `deadline_ms` have passed, on_left names each task
 * that has not ended, and its task_cancel_cb is called. To be called once; after that
 * background_hurry() moves the deadline to now. */
void background_drain(struct background *background, uint64_t deadline_ms,
                      background_drained_cb on_drained);

/* The deadline of the drain is now. Does nothing when it has passed. */
void background_hurry(struct background *background);

#endif
