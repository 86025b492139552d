/* mistake: counts the wait in the queue
 * caught by: test_fetch_sites.py::test_the_wait_in_the_queue_does_not_count
 * says: counts the wait in the queue */
    uint64_t ms = response->times.done_us / 1000;

    site->app->sum_ms += ms;
    printf("%6llu ms  %s (%zu bytes)\n", (unsigned long long)ms, site->name, site->bytes);
