/* mistake: lets a later call settle the future again
 * caught by: test_future.py::test_it_is_settled_once
 * says: for each that comes too late */
    future->settled = true;
    future->status = status;
    future->value = value;
    tell_soon(future);
    return 0;
