/* mistake: asks for a package when the one before has come
 * caught by: test_orders.py::test_all_packages_are_asked_for_at_once
 * says: they are asked for one after another */
    query->service.sequential = true;
    return gather_start(&query->gather, query->client->loop, query->count, query->results,
                        package_start, package_cancel, query_on_packages);
}

static int package_start(struct gather *gather, size_t index)
{
    struct order_query *query = container_of(gather, struct order_query, gather);

    return package_request(&query->packages[index]);
