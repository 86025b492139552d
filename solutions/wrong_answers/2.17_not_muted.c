/* mistake: still hands on the body of a cancelled request
 * caught by: test_http_client.py::test_cancel_inside_its_own_body_callback
 * says: more pieces of the body came after http_cancel() */
    if (call->state != HTTP_QUEUED && call->state != HTTP_IN_FLIGHT)
        return;
    call_move(call, HTTP_CANCELLED);
    client_wake(call->client);
