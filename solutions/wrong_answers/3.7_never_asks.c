/* mistake: never asks the service, and tells its own jokes only
 * caught by: test_joke_server.py::test_two_clients_at_once
 * says: of 1 requests that it should have sent 0 wait
 * exercise: 3.11 */
    (void)app, (void)joke_on_response;
    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    (void)joke_on_gone;
    joke_finish(joke, NULL);
