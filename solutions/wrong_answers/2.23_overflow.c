/* mistake: shifts, and waits for nothing when the bits have fallen out
 * caught by: test_retry.py::test_a_wait_does_not_overflow
 * says: Did it overflow? */
    uint64_t most = policy->base_delay_ms << retry;

    if (most > policy->max_delay_ms)
        most = policy->max_delay_ms;
    return (uint64_t)((double)most * chance);
