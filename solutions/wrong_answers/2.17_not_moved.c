/* mistake: mutes the transfer, and does not move the call to those that are cancelled
 * caught by: test_http_client.py::test_cancel_before_the_first_turn
 * says: 0: E */
    if (call->state != HTTP_QUEUED && call->state != HTTP_IN_FLIGHT)
        return;
    http_transfer_mute(call->transfer);
    client_wake(call->client);
