/* mistake: completes at each of the last two reports
 * caught by: test_gather.py::test_done_comes_once
 * says: uv_close() was called twice */
    gather->pending--;
    if (gather->pending <= 1)
        gather_finish(gather);
