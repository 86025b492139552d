/* mistake: cancels what has ended already, too
 * caught by: test_http_client.py::test_cancel_twice_or_too_late_does_nothing
 * says: NULL pointer */
    http_transfer_mute(call->transfer);
    call_move(call, HTTP_CANCELLED);
    client_wake(call->client);
