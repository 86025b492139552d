/* mistake: takes every answer for a success, 404 too
 * caught by: test_orders.py::test_an_unknown_order
 * says: that is an answer, and no success */
    (void)is_order;
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error != 0)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    return query->outcome == ORDER_DONE;
