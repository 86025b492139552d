/* mistake: does not try again when the connection broke
 * caught by: test_retry.py::test_which_errors
 * says: GET is not sent again after ECONNRESET */
    return response->error == 0 &&
           (response->status == 429 ||
            (response->status >= 502 && response->status <= 504));
