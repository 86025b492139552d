/* mistake: begins with twice the base
 * caught by: test_retry.py::test_a_wait_doubles
 * says: It begins with base_delay_ms */
    double most = ldexp((double)policy->base_delay_ms, (int)retry + 1);

    if (most > (double)policy->max_delay_ms)
        most = (double)policy->max_delay_ms;
    return (uint64_t)(most * chance);
