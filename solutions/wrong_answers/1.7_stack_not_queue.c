/* mistake: puts each waiter in front: the last to wait is told first
 * caught by: test_future.py::test_the_queue_is_in_the_order_of_waiting
 * says: out of order */
    waiter->next = future->first;
    future->first = waiter;
    if (waiter->next == NULL)
        future->last = &waiter->next;
    if (future->settled)
        tell_soon(future);
