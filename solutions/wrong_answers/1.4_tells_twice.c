/* mistake: tells the caller itself and lets the loop tell it again: completes twice
 * caught by: test_gather.py::test_done_comes_once
 * says: completed 2 times */
    gather->pending--;
    if (gather->pending == 0) {
        gather->done(gather, gather->status);
        gather_finish(gather);
    }
