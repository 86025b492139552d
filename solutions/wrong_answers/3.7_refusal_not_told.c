/* mistake: does not answer when the service cannot be asked
 * caught by: test_joke_server.py::test_too_many_clients_have_our_own_jokes
 * says: of 201 clients 0 had a joke */
    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    http_on_gone(exchange, joke_on_gone);
    joke_ask(&joke->call, &app->client, app->program.timeout_ms, joke_on_response);
