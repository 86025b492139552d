/* mistake: lets the others go on
 * caught by: test_orders.py::test_what_was_not_asked_for_is_not
 * says: the others go on */
    if (query->packages == NULL)
        return;
