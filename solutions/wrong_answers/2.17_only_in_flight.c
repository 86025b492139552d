/* mistake: does not cancel what waits in the queue
 * caught by: test_http_client.py::test_cancel_before_the_first_turn
 * says: 0: status 200 */
    if (call->state != HTTP_IN_FLIGHT)
        return;
    http_transfer_mute(call->transfer);
    call_move(call, HTTP_CANCELLED);
    client_wake(call->client);
