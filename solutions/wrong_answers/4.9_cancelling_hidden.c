/* mistake: says that it was done when it was cancelled before it began
 * caught by: test_background.py::test_work_on_a_thread_is_waited_for
 * says: fifth is done: 0 */
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
    (void)status;
    work_finish(container_of(request, struct background_work, request), 0);
}
