/* mistake: reports the package, but not its items
 * caught by: test_orders.py::test_the_items_of_the_demo_order
 * says: none */
    gather_report(&query->gather, package->index, items != NULL ? 0 : UV_EIO, NULL);
    json_decref(items);
