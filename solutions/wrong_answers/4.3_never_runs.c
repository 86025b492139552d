/* mistake: does not ask the loop for a turn
 * caught by: test_background.py::test_a_task_runs
 * says: the task never ran */
    list_append(&background->queued_tasks, &task->link);
    background->queued++;
    return 0;
