/* mistake: closes the first task's timer twice
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: uv_close() was called twice */
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    for (size_t i = 0; i < app->count; i++)
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, task_on_closed);
    app_run_loop(app);
    return program_close_loop(&app->loop);
