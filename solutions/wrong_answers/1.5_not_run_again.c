/* mistake: closes the handles but does not run the loop again, so no close callback comes
 * caught by: test_sleep_gather.py::test_everything_is_closed
 * says: no close callback has come */
    uv_close((uv_handle_t *)&app->first_task->timer, task_on_closed);
    for (size_t i = 0; i < app->count; i++)
        uv_close((uv_handle_t *)&app->heavy_tasks[i]->timer, task_on_closed);
    return program_close_loop(&app->loop);
