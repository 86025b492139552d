/* mistake: does not keep the task's number
 * caught by: test_sleep_gather.py::test_a_task_knows_what_it_was_created_with
 * says: index was not kept */
    struct task *task = xmalloc(sizeof *task);

    (void)index;
    task->app = app;
    task->seconds = seconds;
    uv_timer_init(&app->loop, &task->timer);
    return task;
