/* mistake: puts the task before those that wait already
 * caught by: test_background.py::test_tasks_run_in_the_order_of_arrival
 * says: they ran as: c, b, a */
    list_append(background->queued_tasks.next, &task->link);
    background->queued++;
    uv_idle_start(&background->turn, background_on_turn);
    return 0;
