/* mistake: runs its tasks one after another: each start waits for the end
 * caught by: test_sleep_gather.py::test_all_start_before_one_finishes
 * says: sequentially
 * exercise: 1.9 */
    int status = uv_timer_start(&task->timer, on_timer,
                                (uint64_t)(task->seconds * 1000 + 0.5), 0);

    while (status == 0 && uv_is_active((uv_handle_t *)&task->timer))
        uv_run(&task->app->loop, UV_RUN_ONCE);
    return status;
