/* mistake: goes on asking when its client has gone away
 * caught by: test_joke_server.py::test_a_client_that_goes_away
 * says: a client has gone away, and its request to the service goes on
 * exercise: 3.11 */
    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    (void)joke_on_gone;
    int status =
        joke_ask(&joke->call, &app->client, app->program.timeout_ms, joke_on_response);
    if (status != 0)
        joke_finish(joke, NULL);
