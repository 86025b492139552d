/* mistake: tries again after every answer that is no success, 400 and 404 too
 * caught by: test_retry.py::test_which_answers
 * says: GET is sent again after 404 */
    return response->error != 0 || response->status >= 400;
