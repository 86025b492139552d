/* mistake: blames the service for an amount that is too large
 * caught by: test_currency_server.py::test_a_result_that_is_too_large
 * says: 502, application/json */
    switch (outcome) {
    case CONVERSION_DONE:
        return 200;
    case CONVERSION_UNKNOWN_CURRENCY:
        return 422;
    case CONVERSION_CANCELLED:
        return 503;
    case CONVERSION_TIMEOUT:
        return 504;
    default:
        return 502;
    }
