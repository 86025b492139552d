/* mistake: keeps the last error instead of the first
 * caught by: test_gather.py::test_the_first_error_is_kept
 * says: The first error was operation 2's */
    gather->results[index].status = status;
    gather->results[index].value = value;
    if (status != 0)
        gather->status = status;
