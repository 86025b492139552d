/* mistake: lets a later success overwrite an error
 * caught by: test_gather.py::test_a_late_success_does_not_hide_an_error
 * says: The error was forgotten */
    gather->results[index].status = status;
    gather->results[index].value = value;
    gather->status = status;
