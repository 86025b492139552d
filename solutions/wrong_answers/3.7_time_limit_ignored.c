/* mistake: always waits for the default time
 * caught by: test_joke_server.py::test_it_waits_as_long_as_it_is_told
 * says: had given up before */
    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    http_on_gone(exchange, joke_on_gone);
    int status =
        joke_ask(&joke->call, &app->client, DEFAULT_TIMEOUT_MS, joke_on_response);
    if (status != 0)
        joke_finish(joke, NULL);
