/* http_retry: try, look, wait, try again.
 *
 * The two questions are functions of their own: may it be sent again, and when? What is
 * around them is the way between two tries: a timer that is made, is due, and is closed
 * before the next try begins, so that at the end nothing is open.
 *
 * In the order of time: */
#include "stage2_http_client/http_retry.h"

#include "lib/memory.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_BASE_DELAY_MS = 200, DEFAULT_MAX_DELAY_MS = 10000 };

static int retry_try(struct http_retry *retry);
static void retry_on_done(struct http_call *call, const struct http_response *response);
static void retry_wait(struct http_retry *retry);
static double random_chance(void);
static void retry_on_timer(uv_timer_t *timer);
static void retry_on_timer_closed(uv_handle_t *handle);
static void retry_finish(struct http_retry *retry, const struct http_response *response);

int http_retry_start(struct http_retry *retry, struct http_client *client,
                     const struct http_request *request,
                     const struct http_retry_policy *policy, http_retry_done_cb on_done)
{
    *retry = (struct http_retry){
        .client = client,
        .request = *request,
        .on_done = on_done,
    };
    if (policy != NULL)
        retry->policy = *policy;
    if (retry->policy.base_delay_ms == 0)
        retry->policy.base_delay_ms = DEFAULT_BASE_DELAY_MS;
    if (retry->policy.max_delay_ms == 0)
        retry->policy.max_delay_ms = DEFAULT_MAX_DELAY_MS;
    return retry_try(retry);
}

static int retry_try(struct http_retry *retry)
{
    retry->tries++;
    return http_start(&retry->call, retry->client, &retry->request, NULL, retry_on_done);
}

static void retry_on_done(struct http_call *call, const struct http_response *response)
{
    struct http_retry *retry = container_of(call, struct http_retry, call);

    if (retry->tries <= retry->policy.max_retries && !retry->cancelled &&
        http_may_retry(&retry->request, response))
        retry_wait(retry);
    else
        retry_finish(retry, response);
}

bool http_may_retry(const struct http_request *request,
                    const struct http_response *response)
{
    static const char *const idempotent[] = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
    const char *method = request->method != NULL ? request->method : "GET";
    bool harmless = false;

    for (size_t i = 0; i < sizeof idempotent / sizeof idempotent[0]; i++)
        harmless = harmless || strcmp(method, idempotent[i]) == 0;
    if (!harmless)
        return false;
    switch (response->error) {
    case 0:
        return response->status == 429 ||
               (response->status >= 502 && response->status <= 504);
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EOF:
    case UV_ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

static void retry_wait(struct http_retry *retry)
{
    uint64_t ms = http_retry_delay_ms(&retry->policy, retry->tries - 1, random_chance());

    retry->waiting = true;
    uv_timer_init(retry->client->loop, &retry->timer);
    uv_timer_start(&retry->timer, retry_on_timer, ms, 0);
}

uint64_t http_retry_delay_ms(const struct http_retry_policy *policy, unsigned retry,
                             double chance)
{
    double most = ldexp((double)policy->base_delay_ms, (int)retry);

    if (most > (double)policy->max_delay_ms)
        most = (double)policy->max_delay_ms;
    return (uint64_t)(most * chance);
}

/* From 0 to below 1, with 32 random bits from the system (the middle, if it has none). */
static double random_chance(void)
{
    uint32_t bits;

    if (uv_random(NULL, NULL, &bits, sizeof bits, 0, NULL) != 0)
        return 0.5;
    return ldexp(bits, -32);
}

static void retry_on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, retry_on_timer_closed);
}

/* The wait is over, or was cancelled. */
static void retry_on_timer_closed(uv_handle_t *handle)
{
    struct http_retry *retry =
        container_of((uv_timer_t *)handle, struct http_retry, timer);
    int status = UV_ECANCELED;

    retry->waiting = false;
    if (!retry->cancelled)
        status = retry_try(retry);
    if (status != 0) {
        struct http_response response = {
            .error = status, .problem = uv_strerror(status), .body = "", .url = ""};
        retry_finish(retry, &response);
    }
}

void http_retry_cancel(struct http_retry *retry)
{
    retry->cancelled = true;
    if (retry->waiting && !uv_is_closing((uv_handle_t *)&retry->timer))
        uv_close((uv_handle_t *)&retry->timer, retry_on_timer_closed);
    else
        http_cancel(&retry->call);
}

/* The only way out. */
static void retry_finish(struct http_retry *retry, const struct http_response *response)
{
    retry->on_done(retry, response);
}
