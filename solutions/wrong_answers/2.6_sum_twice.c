/* mistake: prints the sum in place of the total, too
 * caught by: test_fetch_sites.py::test_the_last_line_sums_up
 * says: Is it the sum, twice? */
    printf("%llu ms in all; one after another %llu ms\n", (unsigned long long)app->sum_ms,
           (unsigned long long)app->sum_ms);
