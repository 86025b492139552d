/* mistake: calls the callback inside the start function instead of leaving it to the loop
 * caught by: test_sleep_gather.py::test_all_start_before_one_finishes
 * says: sequentially */
    on_timer(&task->timer);
    return 0;
