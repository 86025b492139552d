/* mistake: closes the handles but not the loop
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: the loop itself was never closed */
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    for (size_t i = 0; i < app->count; i++)
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, task_on_closed);
    app_run_loop(app);
    return 0;
