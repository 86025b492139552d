/* mistake: keeps only the last time, instead of adding it
 * caught by: test_fetch_sites.py::test_the_times_are_added_up
 * says: added to site->app->sum_ms? */
    uint64_t ms = (response->times.done_us - response->times.queued_us) / 1000;

    site->app->sum_ms = ms;
    printf("%6llu ms  %s (%zu bytes)\n", (unsigned long long)ms, site->name, site->bytes);
