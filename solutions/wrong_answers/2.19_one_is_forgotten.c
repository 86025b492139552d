/* mistake: forgets the last package
 * caught by: test_orders.py::test_all_packages_are_asked_for_at_once
 * says: each of the ten packages is asked for, once */
    return gather_start(&query->gather, query->client->loop,
                        query->count > 0 ? query->count - 1 : 0, query->results,
                        package_start, package_cancel, query_on_packages);
}

static int package_start(struct gather *gather, size_t index)
{
    struct order_query *query = container_of(gather, struct order_query, gather);

    return package_request(&query->packages[index]);
