/* mistake: tells the consumers inside the call that resolves the future
 * caught by: test_future.py::test_consumers_are_told_later
 * says: inside future_resolve() */
    if (future->settled)
        return UV_EALREADY;
    future->settled = true;
    future->status = status;
    future->value = value;
    tell_waiters(future);
    return 0;
