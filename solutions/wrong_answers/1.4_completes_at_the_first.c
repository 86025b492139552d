/* mistake: completes at the first report instead of the last
 * caught by: test_gather.py::test_done_waits_for_the_last
 * says: at the last report, not the first */
    if (gather->pending == gather->count)
        gather_finish(gather);
    gather->pending--;
