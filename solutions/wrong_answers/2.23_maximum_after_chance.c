/* mistake: makes the wait shorter first, and then compares: late ones come together
 * caught by: test_retry.py::test_a_wait_has_a_maximum
 * says: before chance makes it shorter */
    double wait = ldexp((double)policy->base_delay_ms, (int)retry) * chance;

    return wait < (double)policy->max_delay_ms ? (uint64_t)wait : policy->max_delay_ms;
