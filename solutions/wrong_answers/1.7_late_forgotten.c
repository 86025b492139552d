/* mistake: forgets who waits for a future that is settled already
 * caught by: test_future.py::test_who_comes_late_is_told
 * says: settled already */
    *future->last = waiter;
    future->last = &waiter->next;
