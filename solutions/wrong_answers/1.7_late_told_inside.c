/* mistake: tells a late consumer inside future_wait()
 * caught by: test_future.py::test_who_comes_late_is_told_later
 * says: inside future_wait() */
    *future->last = waiter;
    future->last = &waiter->next;
    if (future->settled)
        tell_waiters(future);
