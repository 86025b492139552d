/* mistake: prints the total in place of the sum, too
 * caught by: test_fetch_sites.py::test_the_last_line_sums_up
 * says: is the second number app->sum_ms? */
    uint64_t total_ms = (uv_hrtime() - app->began_ns) / 1000000;

    printf("%llu ms in all; one after another %llu ms\n", (unsigned long long)total_ms,
           (unsigned long long)total_ms);
