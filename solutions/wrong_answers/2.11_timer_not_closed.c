/* mistake: does not close the timer
 * caught by: test_curl_loop.py::test_it_closes_when_nothing_ever_ran
 * says: 0 times: closed */
    (void)timer_on_closed;
    curl_multi_cleanup(curl->multi);
