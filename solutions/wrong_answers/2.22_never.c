/* mistake: never tries again
 * caught by: test_retry.py::test_which_answers
 * says: GET is not sent again after 503 */
    (void)response;
    return false;
