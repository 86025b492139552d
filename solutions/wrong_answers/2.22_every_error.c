/* mistake: tries again after every error, also when it was cancelled
 * caught by: test_retry.py::test_which_errors
 * says: GET is sent again after ECANCELED */
    return response->error != 0 || response->status == 429 ||
           (response->status >= 502 && response->status <= 504);
