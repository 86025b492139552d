/* mistake: asks for one client at a time, and has its own jokes for the others
 * caught by: test_joke_server.py::test_two_clients_at_once
 * says: of 2 requests that it should have sent 1 wait */
    bool busy = app->client.count[HTTP_IN_FLIGHT] > 0;

    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    http_on_gone(exchange, joke_on_gone);
    int status = busy ? UV_EBUSY
                      : joke_ask(&joke->call, &app->client, app->program.timeout_ms,
                                 joke_on_response);
    if (status != 0)
        joke_finish(joke, NULL);
