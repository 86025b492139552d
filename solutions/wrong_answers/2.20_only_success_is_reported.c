/* mistake: does not report a package that has no items
 * caught by: test_orders.py::test_bad_items
 * says: A package without items must be reported, too */
    if (items != NULL)
        gather_report(&query->gather, package->index, 0, items);
