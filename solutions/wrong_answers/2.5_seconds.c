/* mistake: makes seconds of the microseconds
 * caught by: test_fetch_sites.py::test_a_sites_time_is_in_milliseconds
 * says: a thousand of them are a millisecond */
    uint64_t ms = (response->times.done_us - response->times.queued_us) / 1000000;

    site->app->sum_ms += ms;
    printf("%6llu ms  %s (%zu bytes)\n", (unsigned long long)ms, site->name, site->bytes);
