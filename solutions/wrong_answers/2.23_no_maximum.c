/* mistake: has no maximum
 * caught by: test_retry.py::test_a_wait_has_a_maximum
 * says: The maximum is for the wait */
    double wait = ldexp((double)policy->base_delay_ms, (int)retry) * chance;

    return wait < 1e15 ? (uint64_t)wait : (uint64_t)1e15;
