/* mistake: tells a service that is slow as one that is down
 * caught by: test_orders.py::test_a_service_that_keeps_silent
 * says: is told as one that is down */
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error != 0)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    else if (response->status == 404 && is_order)
        query_fail(query, ORDER_UNKNOWN, "there is no such order");
    else if (response->status != 200)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service answered %d",
                   response->status);
    return query->outcome == ORDER_DONE;
