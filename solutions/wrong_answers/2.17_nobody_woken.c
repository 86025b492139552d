/* mistake: wakes nobody, so that nobody looks at what is cancelled
 * caught by: test_http_client.py::test_cancel_in_flight
 * says: still running */
    if (call->state != HTTP_QUEUED && call->state != HTTP_IN_FLIGHT)
        return;
    http_transfer_mute(call->transfer);
    call_move(call, HTTP_CANCELLED);
