/* mistake: says that there is no such order when a package is not found
 * caught by: test_orders.py::test_a_package_is_no_order
 * says: see is_order */
    (void)is_order;
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error != 0)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    else if (response->status == 404)
        query_fail(query, ORDER_UNKNOWN, "there is no such order");
    else if (response->status != 200)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service answered %d",
                   response->status);
    return query->outcome == ORDER_DONE;
