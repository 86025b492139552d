/* mistake: gives a client the joke that came for the one before
 * caught by: test_joke_server.py::test_two_clients_at_once
 * says: nothing more came
 * exercise: 3.11 */
    static struct joke *before; /* the last one that was asked for */

    joke->exchange = exchange;
    joke->answer = answer;
    if (before != NULL && app->client.count[HTTP_IN_FLIGHT] > 0) {
        joke->exchange = before->exchange;
        joke->exchange->data = joke;
        before->exchange = exchange;
        exchange->data = before;
    } else {
        exchange->data = joke;
    }
    before = joke;
    http_on_gone(exchange, joke_on_gone);
    int status =
        joke_ask(&joke->call, &app->client, app->program.timeout_ms, joke_on_response);
    if (status != 0)
        joke_finish(joke, NULL);
