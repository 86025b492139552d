/* mistake: completes when it is cancelled, although an operation still runs
 * caught by: test_gather.py::test_cancel_waits_for_the_deaf
 * says: while operation 1 was still running */
    if (gather->cancelled || gather->pending == 0)
        return;
    gather->cancelled = true;
    if (gather->status == 0)
        gather->status = UV_ECANCELED;
    for (size_t i = 0; i < gather->started; i++)
        cancel_operation(gather, i);
    if (gather->pending > 0) {
        gather->pending = 0;
        gather_finish(gather);
    }
