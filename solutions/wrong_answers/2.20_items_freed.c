/* mistake: frees the items, which the gather only hands on
 * caught by: test_orders.py::test_the_items_of_the_demo_order
 * says: freed */
    gather_report(&query->gather, package->index, items != NULL ? 0 : UV_EIO, items);
    json_decref(items);
