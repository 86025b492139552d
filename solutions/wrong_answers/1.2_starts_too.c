/* mistake: starts the task where it should only create it
 * caught by: test_sleep_gather.py::test_creating_a_task_runs_nothing
 * says: creating it has started it */
    struct task *task = xmalloc(sizeof *task);

    task->app = app;
    task->index = index;
    task->seconds = seconds;
    uv_timer_init(&app->loop, &task->timer);
    task_start(task, first_task_on_timer);
    return task;
