/* mistake: does the work on the loop's thread
 * caught by: test_background.py::test_work_does_not_block_the_loop
 * says: on the loop's thread */
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

    (void)work_on_thread, (void)work_after_thread;
    work->on_work(work);
    work_finish(work, 0);
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
