/* mistake: waits for the service inside the handler, and everybody waits with it
 * caught by: test_joke_server.py::test_two_clients_at_once
 * says: of 2 requests that it should have sent 1 wait */
    CURL *curl = curl_easy_init();

    joke->exchange = exchange;
    joke->answer = answer;
    exchange->data = joke;
    (void)app, (void)joke_on_gone, (void)joke_on_response;
    curl_easy_setopt(curl, CURLOPT_URL, getenv("JOKES_URL"));
    curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    joke_finish(joke, NULL);
