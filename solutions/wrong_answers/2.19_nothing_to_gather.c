/* mistake: takes an order without packages for an error
 * caught by: test_orders.py::test_an_empty_order
 * says: exit status 7 */
    if (query->count == 0)
        return UV_EINVAL;
    return gather_start(&query->gather, query->client->loop, query->count, query->results,
                        package_start, package_cancel, query_on_packages);
}

static int package_start(struct gather *gather, size_t index)
{
    struct order_query *query = container_of(gather, struct order_query, gather);

    return package_request(&query->packages[index]);
