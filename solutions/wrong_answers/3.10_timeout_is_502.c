/* mistake: does not tell a service that is late from one that is down
 * caught by: test_currency_server.py::test_a_service_that_keeps_silent
 * says: 502, application/json */
    switch (outcome) {
    case CONVERSION_DONE:
        return 200;
    case CONVERSION_UNKNOWN_CURRENCY:
    case CONVERSION_OUT_OF_RANGE:
        return 422;
    case CONVERSION_CANCELLED:
        return 503;
    default:
        return 502;
    }
