/* mistake: calls http_done_cb inside http_cancel()
 * caught by: test_http_client.py::test_cancel_before_the_first_turn
 * says: a callback was called inside */
    if (call->state == HTTP_QUEUED || call->state == HTTP_IN_FLIGHT)
        call_finish(call, CURLE_OK, UV_ECANCELED);
