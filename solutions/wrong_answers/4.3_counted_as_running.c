/* mistake: counts it among those that run
 * caught by: test_background.py::test_a_task_runs
 * says: the task never ran */
    list_append(&background->queued_tasks, &task->link);
    background->running++;
    uv_idle_start(&background->turn, background_on_turn);
    return 0;
