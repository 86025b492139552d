/* mistake: takes every failure for one of the service
 * caught by: test_currency_server.py::test_a_currency_that_nobody_knows
 * says: 502, application/json */
    return outcome == CONVERSION_DONE ? 200 : 502;
