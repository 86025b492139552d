/* background_work: work that blocks, as a task.
 *
 * It runs when a thread of the pool is asked for, and ends when the loop hears that the
 * thread has done it. Between the two it waits, on a thread that has nothing else to do,
 * and the loop does not notice. The pool has four threads (UV_THREADPOOL_SIZE in the
 * environment says otherwise): the fifth piece of work waits for one of them.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "stage4_background_tasks/background.h"

static void work_run(struct task *task);
static void work_on_thread(uv_work_t *request);
static void work_after_thread(uv_work_t *request, int status);
static void work_cancel(struct task *task);
static void work_finish(struct background_work *work, int status);

/* TODO 4.9 (orange) Work on the thread pool, as a task.
 * background_do: keep the two callbacks in the work, and spawn its task, with work_run()
 * and work_cancel(); return what background_spawn() says. work_run: comes when the task
 * may run. Hand work->request to uv_queue_work() (the loop is the background's), with the
 * two functions below it; if that is refused, work_finish() with what it said.
 * work_on_thread: comes on a thread of the pool. Call work->on_work(), and touch nothing
 * else. work_after_thread: comes on the loop's thread: work_finish(), with `status`. */
int background_do(struct background *background, struct background_work *work,
                  const char *name, background_work_cb on_work,
                  background_done_cb on_done)
{
    (void)background, (void)work, (void)name, (void)on_work, (void)on_done;
    (void)work_run, (void)work_cancel;
    return TODO("4.9");
}

static void work_run(struct task *task)
{
    (void)task, (void)work_on_thread, (void)work_after_thread;
}

static void work_on_thread(uv_work_t *request)
{
    (void)request;
}

static void work_after_thread(uv_work_t *request, int status)
{
    (void)request, (void)status;
}
/* END 4.9 */

/* The deadline of a drain has passed. What waits for a thread is taken from the pool's
 * queue, and work_after_thread() comes with UV_ECANCELED. What is on a thread goes on. */
static void work_cancel(struct task *task)
{
    struct background_work *work = container_of(task, struct background_work, task);

    if (task->is_running)
        uv_cancel((uv_req_t *)&work->request);
    else
        work_finish(work, UV_ECANCELED);
}

/* The only caller of on_done. How the task has ended is known only when the work may be
 * gone; so another task, which is here until then, takes the place of the work's own. */
static void work_finish(struct background_work *work, int status)
{
    struct task task = work->task;

    list_remove(&work->task.link);
    list_append(&task.background->running_tasks, &task.link);
    task_end(&task, work->on_done(work, status));
}
