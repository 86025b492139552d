/* background: two lists, and who moves from one to the other.
 *
 * A task that was spawned waits in the queue. An idle handle has the loop call back in
 * its next turn: then the first ones of the queue begin, as many as may run at once. So a
 * task never runs inside background_spawn(), and who spawned it can finish what he is at.
 * Whatever a task does, it ends in task_end(), and leaves the list that it is in. A drain
 * waits until both lists are empty.
 *
 * In the order of time: */
#include "stage4_background_tasks/background.h"

#include "lib/memory.h"

#include <assert.h>
#include <stdio.h>

enum { DEFAULT_MAX_RUNNING = 100, DEFAULT_MAX_QUEUED = 10000, HANDLES = 2 };

static void background_on_turn(uv_idle_t *turn);
static bool background_has_next(const struct background *background);
static bool background_has_room(const struct background *background);
static bool background_may_run(const struct background *background);
static void background_next(struct background *background);
static void task_begin(struct task *task);
static void task_leave(struct task *task);

static void background_on_deadline(uv_timer_t *deadline);
static void background_name(struct background *background, const struct list *tasks);
static void background_cancel(struct background *background, struct list *tasks);
static void background_end_drain(struct background *background);
static void background_on_closed(uv_handle_t *handle);

static struct task *task_of(struct list *link)
{
    return container_of(link, struct task, link);
}

void background_init(struct background *background, uv_loop_t *loop,
                     const struct background_options *options)
{
    *background = (struct background){.loop = loop, .open_handles = HANDLES};
    if (options != NULL)
        background->options = *options;
    if (background->options.max_running == 0)
        background->options.max_running = DEFAULT_MAX_RUNNING;
    if (background->options.max_queued == 0)
        background->options.max_queued = DEFAULT_MAX_QUEUED;
    list_init(&background->running_tasks);
    list_init(&background->queued_tasks);
    uv_idle_init(loop, &background->turn);
    uv_timer_init(loop, &background->deadline);
    background->turn.data = background->deadline.data = background;
}

int background_spawn(struct background *background, struct task *task, const char *name,
                     task_run_cb run, task_cancel_cb cancel)
{
    if (background->draining)
        return UV_ECANCELED;
    if (!background_has_room(background))
        return UV_ENOBUFS;
    *task = (struct task){.background = background, .run = run, .cancel = cancel};
    snprintf(task->name, sizeof task->name, "%s", name);
    /* TODO 4.3 (green) Spawn: the task waits in the queue, for the loop's next turn.
     * Append its link to background->queued_tasks, and count it: background->queued. Then
     * start the idle handle, background->turn, with background_on_turn(). (When it is
     * active already, uv_idle_start() does nothing.) Do not run the task here. */
    (void)background_on_turn;
    return TODO("4.3");
    /* END 4.3 */
}

/* Runs those that wait now. What they spawn waits for the turn after this one, so that
 * everything else on the loop gets its turn, too. The handle is stopped as soon as it
 * can: while it is active the loop does not sleep. */
static void background_on_turn(uv_idle_t *turn)
{
    struct background *background = container_of(turn, struct background, turn);
    size_t left = background->queued;

    for (; left > 0 && background_has_next(background); left--)
        task_begin(task_of(list_first(&background->queued_tasks)));
    if (!background_has_next(background))
        uv_idle_stop(turn);
}

static bool background_has_next(const struct background *background)
{
    return !list_is_empty(&background->queued_tasks) && background_may_run(background);
}

/* TODO 4.11 (red) Cap: so many run, so many wait, more are refused.
 * As it stands all run at once. background_has_room(): whether one more task may come:
 * not when max_running and max_queued of them (background->options) run or wait already.
 * background_may_run(): whether one more may run. background_next(): a task has left. If
 * there is a next one that may run (background_has_next()), start the idle handle, as
 * background_spawn() does. */
static bool background_has_room(const struct background *background)
{
    (void)background;
    return true;
}

static bool background_may_run(const struct background *background)
{
    if (background->running >= background->options.max_running)
        TODO("4.11");
    return true;
}

static void background_next(struct background *background)
{
    (void)background;
}
/* END 4.11 */

/* It may have ended, and be gone, when run() returns. */
static void task_begin(struct task *task)
{
    struct background *background = task->background;

    list_remove(&task->link);
    background->queued--;
    list_append(&background->running_tasks, &task->link);
    background->running++;
    task->is_running = true;
    task->run(task);
}

/* The only way out of a task. on_failed may have done anything when it returns. */
void task_end(struct task *task, int status)
{
    struct background *background = task->background;

    assert(background != NULL && "task_end: the task has ended before");
    assert(status <= 0 && "task_end: an error is negative");
    task_leave(task);
    if (status < 0 && background->options.on_failed != NULL)
        background->options.on_failed(background, task->name, status);
    background_next(background);
    background_end_drain(background);
}

static void task_leave(struct task *task)
{
    list_remove(&task->link);
    if (task->is_running)
        task->background->running--;
    else
        task->background->queued--;
    task->background = NULL;
}

/* TODO 4.12 (red) Drain: wait for all, but not for ever.
 * As it stands it waits for all, however long. In background_drain() start the timer
 * background->deadline, with background_on_deadline(). background_hurry(): if the timer
 * is active (uv_is_active()), start it again, with 0. When it fires, all tasks that are
 * left are named first, and then cancelled: background_name(), background_cancel(). Some
 * are in running_tasks, some in queued_tasks. */
void background_drain(struct background *background, uint64_t deadline_ms,
                      background_drained_cb on_drained)
{
    (void)deadline_ms, (void)background_on_deadline;
    background->draining = true;
    background->on_drained = on_drained;
    if (background->running + background->queued > 0)
        TODO("4.12");
    background_end_drain(background);
}

void background_hurry(struct background *background)
{
    (void)background;
}

static void background_on_deadline(uv_timer_t *deadline)
{
    (void)deadline, (void)background_name, (void)background_cancel;
}
/* END 4.12 */

/* Tells on_left of each task in the list. */
static void background_name(struct background *background, const struct list *tasks)
{
    if (background->options.on_left == NULL)
        return;
    for (struct list *link = tasks->next; link != tasks; link = link->next)
        background->options.on_left(background, task_of(link)->name);
}

/* Asks each task in the list to end. It may do so at once, and others with it: so only
 * ever the first one is looked at, and who was asked stands in another list. What has not
 * ended then comes back; what was never run counts as running, and will not be run. */
static void background_cancel(struct background *background, struct list *tasks)
{
    struct list asked, *link;

    list_init(&asked);
    while ((link = list_first(tasks)) != NULL) {
        list_remove(link);
        list_append(&asked, link);
        if (task_of(link)->cancel != NULL)
            task_of(link)->cancel(task_of(link));
    }
    while ((link = list_first(&asked)) != NULL) {
        struct task *task = task_of(link);
        bool begins = !task->is_running && task->cancel != NULL;
        background->queued -= begins;
        background->running += begins;
        task->is_running = task->is_running || begins;
        list_remove(link);
        list_append(task->is_running ? &background->running_tasks : tasks, link);
    }
}

/* The only way out, when no task is left. */
static void background_end_drain(struct background *background)
{
    if (!background->draining || background->running + background->queued > 0 ||
        uv_is_closing((uv_handle_t *)&background->turn))
        return;
    uv_close((uv_handle_t *)&background->turn, background_on_closed);
    uv_close((uv_handle_t *)&background->deadline, background_on_closed);
}

static void background_on_closed(uv_handle_t *handle)
{
    struct background *background = handle->data;

    if (--background->open_handles == 0 && background->on_drained != NULL)
        background->on_drained(background);
}
