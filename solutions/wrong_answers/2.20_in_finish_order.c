/* mistake: keeps the items in the order in which the answers came
 * caught by: test_orders.py::test_items_stand_in_the_order_of_the_packages
 * says: that is the order of finishing */
    size_t place = 0;

    while (query->results[place].reported)
        place++;
    gather_report(&query->gather, place, items != NULL ? 0 : UV_EIO, items);
