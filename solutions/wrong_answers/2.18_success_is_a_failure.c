/* mistake: never returns true
 * caught by: test_orders.py::test_success_is_no_failure
 * says: The service answered 200 */
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error == 0 && response->status == 404 && is_order)
        query_fail(query, ORDER_UNKNOWN, "there is no such order");
    else
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    return query->outcome == ORDER_DONE;
