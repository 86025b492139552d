/* joke_source: a joke from the service of jokes. Given, finished: what is done with it is
 * in joke_server.c. */
#ifndef STAGE3_JOKE_SOURCE_H
#define STAGE3_JOKE_SOURCE_H

#include "stage2_http_client/http_client.h"

/* Asks the service (JOKES_URL in the environment says where it is) for a joke, in at most
 * `timeout_ms`. Format: GET / with Accept: application/json -> {"id":"...","joke":"...",
 * "status":200}. Borrows `call` and `client` until `on_done`. Returns as http_start()
 * does: 0, and `on_done` comes exactly once; or a negative UV_E*, and it never does. */
int joke_ask(struct http_call *call, struct http_client *client, uint64_t timeout_ms,
             http_done_cb on_done);

/* The joke in the service's answer, in one line of UTF-8. Gives it; NULL when there is no
 * joke in it, or no answer. */
char *joke_of_response(const struct http_response *response);

/* One of the jokes that are always there, each time the next. Gives a copy. */
char *joke_of_ours(void);

#endif
