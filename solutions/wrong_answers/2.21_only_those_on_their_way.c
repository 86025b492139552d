/* mistake: cancels the requests that are under way, and the next ones begin all the same
 * caught by: test_orders.py::test_what_was_not_asked_for_is_not
 * says: the others go on */
    for (size_t i = 0; i < query->count; i++)
        if (query->packages[i].requested)
            http_retry_cancel(&query->packages[i].request);
