/* mistake: starts the task where it should only create it
 * caught by: test_sleep_gather.py::test_creating_a_task_runs_nothing
 * says: creating it has started it */
    struct task *task = xmalloc(sizeof *task);

    task->app = app;
    task->index = index;
    task->seconds = seconds;
    uv_timer_init(&app->loop, &task->timer);
    uv_timer_start(&task->timer, first_task_on_timer, 0, 0);
    return task;
