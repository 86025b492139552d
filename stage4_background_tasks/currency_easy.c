/* currency_easy: given, finished. Everything that takes time happens inside
 * curl_easy_perform().
 *
 * In the order of time: */
#include "stage4_background_tasks/currency_easy.h"

#include "lib/buffer.h"
#include "lib/memory.h"
#include "lib/upstream.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWER = 64 * 1024, PLACES = 2, UNKNOWN_CURRENCY = 202 };

static CURLcode easy_fetch(const struct easy_conversion *conversion, long *status,
                           struct buffer *body);
static size_t easy_on_body(char *bytes, size_t size, size_t count, void *context);
static void conversion_judge(struct easy_conversion *conversion, const json_t *answer);
static void conversion_fail(struct easy_conversion *conversion, int status,
                            const char *problem);

bool easy_conversion_read(struct easy_conversion *conversion,
                          struct http_exchange *exchange, uint64_t timeout_ms)
{
    const char *currency = http_param(exchange, "currency");
    int status = decimal_from_text(http_param(exchange, "amount"), &conversion->amount);

    if (!currency_is_code(currency))
        http_answer_error(exchange, 400,
                          "a currency is three capital letters (ISO 4217), such as GBP");
    else if (status == UV_EINVAL)
        http_answer_error(exchange, 400,
                          "an amount is digits and at most one point, such as 12.50");
    else if (status != 0)
        http_answer_error(exchange, 422, "an amount has at most 18 digits");
    else {
        strcpy(conversion->currency, currency);
        conversion->timeout_ms = timeout_ms;
        return true;
    }
    return false;
}

void easy_conversion_run(struct easy_conversion *conversion)
{
    struct buffer body;
    long status = 0;

    buffer_init(&body, MAX_ANSWER);
    CURLcode code = easy_fetch(conversion, &status, &body);
    if (code == CURLE_OPERATION_TIMEDOUT) {
        conversion_fail(conversion, 504, "the service of rates took too long");
    } else if (code != CURLE_OK || status != 200) {
        conversion_fail(conversion, 502, "the service of rates is down");
    } else {
        json_t *answer = json_loadb(body.data, body.length, JSON_REJECT_DUPLICATES, NULL);
        conversion_judge(conversion, answer);
        json_decref(answer);
    }
    buffer_deinit(&body);
}

/* GET /latest?base=EUR&symbols=GBP. Here the thread waits. */
static CURLcode easy_fetch(const struct easy_conversion *conversion, long *status,
                           struct buffer *body)
{
    uint64_t timeout_ms = conversion->timeout_ms;
    char *url = xasprintf("%s/latest?base=EUR&symbols=%s", upstream_url(UPSTREAM_RATES),
                          conversion->currency);
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    CURL *easy = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;

    if (easy != NULL && headers != NULL) {
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* there are other threads */
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                         timeout_ms < LONG_MAX ? (long)timeout_ms : LONG_MAX);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, easy_on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
        code = curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    free(url);
    return code;
}

/* Anything but what it was given stops curl: the answer is longer than any that is true.
 */
static size_t easy_on_body(char *bytes, size_t size, size_t count, void *context)
{
    return buffer_append(context, bytes, size * count) == 0 ? size * count : 0;
}

/* `answer` is NULL when it was no JSON. */
static void conversion_judge(struct easy_conversion *conversion, const json_t *answer)
{
    const json_t *code = json_object_get(json_object_get(answer, "error"), "code");
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);
    struct decimal rate;

    if (json_is_false(json_object_get(answer, "success")) &&
        json_integer_value(code) == UNKNOWN_CURRENCY)
        conversion_fail(conversion, 422, "nobody knows this currency");
    else if (!json_is_number(number) || json_number_value(number) <= 0 ||
             decimal_from_double(json_number_value(number), &rate) != 0)
        conversion_fail(conversion, 502, "the service of rates answered without a rate");
    else if (decimal_multiply(conversion->amount, rate, PLACES, &conversion->result) != 0)
        conversion_fail(conversion, 422, "the result has too many digits");
    else
        conversion->status = 200;
}

static void conversion_fail(struct easy_conversion *conversion, int status,
                            const char *problem)
{
    conversion->status = status;
    conversion->problem = problem;
}

void easy_conversion_answer(const struct easy_conversion *conversion,
                            struct http_exchange *exchange)
{
    char result[DECIMAL_TEXT_SIZE];

    if (conversion->status != 200) {
        http_answer_error(exchange, conversion->status, conversion->problem);
        return;
    }
    decimal_to_text(conversion->result, result);
    http_answer_text(exchange, 200, "%s %s\n", conversion->currency, result);
}
