/* mistake: does not look at what on_done() has returned
 * caught by: test_background.py::test_an_error_of_work_is_reported
 * says: reported was nothing */
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
    struct background_work *work = container_of(request, struct background_work, request);
    struct task task = work->task;

    list_remove(&work->task.link);
    list_append(&task.background->running_tasks, &task.link);
    work->on_done(work, status);
    task_end(&task, 0);
}
