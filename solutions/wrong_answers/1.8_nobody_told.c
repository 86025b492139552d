/* mistake: settles the future and tells nobody
 * caught by: test_future.py::test_a_consumer_is_told
 * says: nobody was told */
    if (future->settled)
        return UV_EALREADY;
    future->settled = true;
    future->status = status;
    future->value = value;
    return 0;
