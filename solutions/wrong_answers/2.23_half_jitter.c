/* mistake: leaves only half of the wait to chance
 * caught by: test_retry.py::test_a_wait_is_by_chance
 * says: All of the wait is multiplied by it */
    double most = ldexp((double)policy->base_delay_ms, (int)retry);

    if (most > (double)policy->max_delay_ms)
        most = (double)policy->max_delay_ms;
    return (uint64_t)(most / 2 + most / 2 * chance);
