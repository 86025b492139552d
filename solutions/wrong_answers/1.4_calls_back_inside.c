/* mistake: calls the completion inside the start function
 * caught by: test_gather.py::test_done_never_comes_inside_start
 * says: the callback was called inside the start function */
    gather->pending--;
    if (gather->pending == 0)
        gather_on_closed((uv_handle_t *)&gather->closing);
