/* http_retry: a request that is sent again when it failed and another try may help.
 *
 * Between two tries it waits, longer each time (exponential backoff) and by chance
 * (jitter): a service that comes back must not meet all its clients in the same
 * moment. */
#ifndef STAGE2_HTTP_RETRY_H
#define STAGE2_HTTP_RETRY_H

#include "stage2_http_client/http_client.h"

struct http_retry;

/* How often and when; a member that is 0 has the default named here. */
struct http_retry_policy {
    unsigned max_retries;   /* tries after the first one: none */
    uint64_t base_delay_ms; /* the most to wait before the first of them: 200 */
    uint64_t max_delay_ms;  /* the most to wait before any: 10,000 */
};

/* It has ended: `response` is that of the last try, as in http_done_cb. Exactly once for
 * each http_retry_start() that returned 0, from the loop, never inside a function of this
 * header. From its return on the memory is free for other use. */
typedef void (*http_retry_done_cb)(struct http_retry *retry,
                                   const struct http_response *response);

/* The caller's memory. Read `tries`; leave the rest alone. */
struct http_retry {
    unsigned tries; /* begun so far */

    struct http_client *client;
    struct http_request request;
    struct http_retry_policy policy;
    http_retry_done_cb on_done;
    struct http_call call;
    uv_timer_t timer; /* open only between two tries */
    bool waiting;
    bool cancelled;
};

/* Starts a request; see http_start(). Borrows `retry`, `client`, and all that `request`
 * points to until `on_done`; copies `policy` (NULL: all defaults, so there is one try
 * only). Returns 0, and `on_done` comes exactly once; or what http_start() returns, and
 * it never does. */
int http_retry_start(struct http_retry *retry, struct http_client *client,
                     const struct http_request *request,
                     const struct http_retry_policy *policy, http_retry_done_cb on_done);

/* Asks it to end, in a try or between two. Its http_retry_done_cb still comes, later,
 * with UV_ECANCELED. Does nothing on one that has ended, or on zeroed memory. Requests
 * that wait for another try must be cancelled before their client is closed. */
void http_retry_cancel(struct http_retry *retry);

/* Whether another try of `request` may help, and can do no harm. It can do no harm when
 * the method is idempotent (RFC 9110, 9.2.2): GET, HEAD, OPTIONS, PUT, DELETE. It may
 * help when there was no answer because the connection could not be made or broke
 * (UV_ECONNREFUSED, UV_ECONNRESET, UV_EOF, UV_ETIMEDOUT), and when the answer says so:
 * 429, 502, 503, 504. */
bool http_may_retry(const struct http_request *request,
                    const struct http_response *response);

/* How long to wait before retry number `retry` (the first is 0), in ms: "full jitter".
 * `chance`, from 0 to below 1, times the most to wait, which is base_delay_ms, doubled
 * with each retry, up to max_delay_ms. `policy` has no member that is 0. */
uint64_t http_retry_delay_ms(const struct http_retry_policy *policy, unsigned retry,
                             double chance);

#endif
