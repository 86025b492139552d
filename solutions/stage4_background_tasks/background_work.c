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

int background_do(struct background *background, struct background_work *work,
                  const char *name, background_work_cb on_work,
                  background_done_cb on_done)
{
    work->on_work = on_work;
    work->on_done = on_done;
    return background_spawn(background, &work->task, name, work_run, work_cancel);
}

static void work_run(struct task *task)
{
    struct background_work *work = container_of(task, struct background_work, task);
    int status = uv_queue_work(task->background->loop, &work->request, work_on_thread,
                               work_after_thread);

    if (status != 0)
        work_finish(work, status);
}

static void work_on_thread(uv_work_t *request)
{
    struct background_work *work = container_of(request, struct background_work, request);

    work->on_work(work);
}

static void work_after_thread(uv_work_t *request, int status)
{
    work_finish(container_of(request, struct background_work, request), status);
}

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
