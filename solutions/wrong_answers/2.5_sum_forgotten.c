/* mistake: does not add the time to the sum
 * caught by: test_fetch_sites.py::test_the_times_are_added_up
 * says: added to site->app->sum_ms? */
    uint64_t ms = (response->times.done_us - response->times.queued_us) / 1000;

    printf("%6llu ms  %s (%zu bytes)\n", (unsigned long long)ms, site->name, site->bytes);
