/* mistake: remembers the cancel but asks nobody to end
 * caught by: test_gather.py::test_cancel_asks_who_still_runs
 * says: nobody was asked to end */
    if (gather->cancelled || gather->pending == 0)
        return;
    gather->cancelled = true;
    if (gather->status == 0)
        gather->status = UV_ECANCELED;
