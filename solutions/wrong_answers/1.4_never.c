/* mistake: counts down but never completes
 * caught by: test_sleep_gather.py::test_completion_comes
 * says: never completed */
    gather->pending--;
