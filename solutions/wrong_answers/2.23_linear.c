/* mistake: adds the same with each retry instead of doubling
 * caught by: test_retry.py::test_a_wait_doubles
 * says: doubles each time */
    double most = (double)policy->base_delay_ms * (retry + 1);

    if (most > (double)policy->max_delay_ms)
        most = (double)policy->max_delay_ms;
    return (uint64_t)(most * chance);
