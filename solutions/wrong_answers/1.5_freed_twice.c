/* mistake: frees the tasks itself, although their close callbacks did
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: freed the same memory twice */
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    for (size_t i = 0; i < app->count; i++)
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, task_on_closed);
    app_run_loop(app);
    free(app->first_task);
    for (size_t i = 0; i < app->count; i++)
        free(app->heavy_tasks[i]);
    return program_close_loop(&app->loop);
