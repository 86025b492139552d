/* mistake: looks at the status only: half an answer has one, too
 * caught by: test_orders.py::test_a_failing_service
 * says: There was a response->error */
    if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->status == 404 && is_order)
        query_fail(query, ORDER_UNKNOWN, "there is no such order");
    else if (response->status != 200)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service answered %d",
                   response->status);
    return query->outcome == ORDER_DONE;
