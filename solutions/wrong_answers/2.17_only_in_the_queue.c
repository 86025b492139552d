/* mistake: lets run on what is in flight
 * caught by: test_http_client.py::test_cancel_in_flight
 * says: it said last: http_cancel returned */
    if (call->state != HTTP_QUEUED)
        return;
    http_transfer_mute(call->transfer);
    call_move(call, HTTP_CANCELLED);
    client_wake(call->client);
