/* mistake: takes only 404 and 500 on for failures
 * caught by: test_orders.py::test_a_failing_service
 * says: The status was 401, and the body was read */
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error != 0)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    else if (response->status == 404)
        query_fail(query, is_order ? ORDER_UNKNOWN : ORDER_SERVICE_FAILED,
                   "no such order");
    else if (response->status >= 500)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service answered %d",
                   response->status);
    return query->outcome == ORDER_DONE;
