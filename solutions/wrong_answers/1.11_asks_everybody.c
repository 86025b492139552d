/* mistake: cancels an operation a second time when it is called again
 * caught by: test_gather.py::test_a_second_cancel_asks_nobody
 * says: asked 2 times */
    gather->cancelled = true;
    if (gather->status == 0)
        gather->status = UV_ECANCELED;
    for (size_t i = 0; i < gather->started; i++)
        cancel_operation(gather, i);
