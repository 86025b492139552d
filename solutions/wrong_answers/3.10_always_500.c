/* mistake: takes every failure for one of its own
 * caught by: test_currency_server.py::test_a_failing_service
 * says: 500, application/json */
    return outcome == CONVERSION_DONE ? 200 : 500;
