/* mistake: makes microseconds of the nanoseconds
 * caught by: test_fetch_sites.py::test_the_last_line_sums_up
 * says: a million of them are a millisecond */
    uint64_t total_ms = (uv_hrtime() - app->began_ns) / 1000;

    printf("%llu ms in all; one after another %llu ms\n", (unsigned long long)total_ms,
           (unsigned long long)app->sum_ms);
