/* mistake: overwrites the first error with UV_ECANCELED
 * caught by: test_gather.py::test_cancel_keeps_the_first_error
 * says: done with ECANCELED */
    if (gather->cancelled || gather->pending == 0)
        return;
    gather->cancelled = true;
    gather->status = UV_ECANCELED;
    for (size_t i = 0; i < gather->started; i++)
        cancel_operation(gather, i);
