/* mistake: closes the timers without a close callback, so nobody frees the tasks
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: leak */
    uv_close((uv_handle_t *)&app->first_task->timer, NULL);
    for (size_t i = 0; i < app->count; i++)
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, NULL);
    app_run_loop(app);
    return program_close_loop(&app->loop);
