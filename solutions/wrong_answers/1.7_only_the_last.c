/* mistake: keeps one waiter and loses those before it
 * caught by: test_future.py::test_the_queue_is_in_the_order_of_waiting
 * says: in the queue: C */
    future->first = waiter;
    if (future->settled)
        tell_soon(future);
