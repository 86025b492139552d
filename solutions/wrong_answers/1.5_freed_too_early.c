/* mistake: frees a task before the close callback of its timer has come
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: before its close callback */
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    for (size_t i = 0; i < app->count; i++) {
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, NULL);
        free(app->heavy_tasks[i]);
    }
    app_run_loop(app);
    return program_close_loop(&app->loop);
