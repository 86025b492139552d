/* mistake: leaves nothing to chance: all clients come back in the same moment
 * caught by: test_retry.py::test_a_wait_is_by_chance
 * says: Where is chance? */
    double most = ldexp((double)policy->base_delay_ms, (int)retry);

    (void)chance;
    return (uint64_t)(most < (double)policy->max_delay_ms ? most
                                                          : (double)policy->max_delay_ms);
