/* mistake: says that there is no such page when there is no such currency
 * caught by: test_currency_server.py::test_a_currency_that_nobody_knows
 * says: 404, application/json */
    switch (outcome) {
    case CONVERSION_DONE:
        return 200;
    case CONVERSION_UNKNOWN_CURRENCY:
        return 404;
    case CONVERSION_OUT_OF_RANGE:
        return 422;
    case CONVERSION_CANCELLED:
        return 503;
    case CONVERSION_TIMEOUT:
        return 504;
    default:
        return 502;
    }
