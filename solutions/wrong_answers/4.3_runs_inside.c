/* mistake: runs the task before it returns
 * caught by: test_background.py::test_a_task_never_runs_inside_spawn
 * says: inside background_spawn() */
    list_append(&background->queued_tasks, &task->link);
    background->queued++;
    background_on_turn(&background->turn);
    return 0;
