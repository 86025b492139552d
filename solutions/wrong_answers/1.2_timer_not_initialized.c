/* mistake: does not make the task's timer known to the loop
 * caught by: test_sleep_gather.py::test_a_task_knows_what_it_was_created_with
 * says: not prepared with uv_timer_init() */
    struct task *task = xmalloc(sizeof *task);

    task->app = app;
    task->index = index;
    task->seconds = seconds;
    return task;
