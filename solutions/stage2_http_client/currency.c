/* currency: one request, and the many ways in which its answer can be of no use.
 *
 * Is there an answer (judge_response)? Does it speak of success (judge_answer)? Is there
 * a rate in it (read_rate)? Then it is one multiplication (convert). Each step either
 * goes on, with CONVERSION_DONE, or says in `problem` what is wrong.
 *
 * In the order of time: */
#include "stage2_http_client/currency.h"

#include "lib/memory.h"

#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMEOUT_MS = 5000, MAX_ANSWER = 64 * 1024, PLACES = 2 };

static int conversion_ask(struct conversion *conversion, struct http_client *client,
                          const char *base_url, uint64_t timeout_ms);
static void conversion_on_answer(struct http_call *call,
                                 const struct http_response *response);
static enum conversion_outcome judge_response(struct conversion *conversion,
                                              const struct http_response *response);
static enum conversion_outcome judge_answer(struct conversion *conversion,
                                            const json_t *answer,
                                            const json_error_t *error);
static enum conversion_outcome read_rate(struct conversion *conversion,
                                         const json_t *answer, struct decimal *rate);
static enum conversion_outcome convert(struct conversion *conversion,
                                       struct decimal rate);
static enum conversion_outcome fail(struct conversion *conversion,
                                    enum conversion_outcome outcome, const char *format,
                                    ...) __attribute__((format(printf, 3, 4)));

bool currency_is_code(const char *text)
{
    return strlen(text) == CURRENCY_CODE_LENGTH &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == CURRENCY_CODE_LENGTH;
}

int conversion_start(struct conversion *conversion, struct http_client *client,
                     const char *base_url, const char *currency, struct decimal amount,
                     uint64_t timeout_ms, conversion_done_cb on_done)
{
    if (!currency_is_code(currency))
        return UV_EINVAL;
    *conversion = (struct conversion){.amount = amount, .on_done = on_done};
    strcpy(conversion->currency, currency);
    return conversion_ask(conversion, client, base_url, timeout_ms);
}

/* Starts the request for the currency's rate. */
static int conversion_ask(struct conversion *conversion, struct http_client *client,
                          const char *base_url, uint64_t timeout_ms)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    char *url =
        xasprintf("%s/latest?base=EUR&symbols=%s", base_url, conversion->currency);
    struct http_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
        .max_body = MAX_ANSWER,
    };
    int status =
        http_start(&conversion->call, client, &request, NULL, conversion_on_answer);

    free(url);
    return status;
}

/* The request has ended: three steps, each of which may be the last. */
static void conversion_on_answer(struct http_call *call,
                                 const struct http_response *response)
{
    struct conversion *conversion = container_of(call, struct conversion, call);
    enum conversion_outcome outcome = judge_response(conversion, response);
    struct decimal rate;

    conversion->error = response->error;
    if (outcome == CONVERSION_DONE) {
        json_error_t error;
        json_t *answer = json_loadb(response->body, response->body_length,
                                    JSON_REJECT_DUPLICATES, &error);
        outcome = judge_answer(conversion, answer, &error);
        if (outcome == CONVERSION_DONE)
            outcome = read_rate(conversion, answer, &rate);
        json_decref(answer);
    }
    if (outcome == CONVERSION_DONE)
        outcome = convert(conversion, rate);
    conversion->on_done(conversion, outcome);
}

/* Is there an answer, and is it one of success? */
static enum conversion_outcome judge_response(struct conversion *conversion,
                                              const struct http_response *response)
{
    switch (response->error) {
    case 0:
        if (response->status == 200)
            return CONVERSION_DONE;
        return fail(conversion, CONVERSION_SERVICE_DOWN, "the service answered %d",
                    response->status);
    case UV_ECANCELED:
        return fail(conversion, CONVERSION_CANCELLED, "cancelled");
    case UV_ETIMEDOUT:
        return fail(conversion, CONVERSION_TIMEOUT, "the service took too long");
    case UV_EFBIG:
        return fail(conversion, CONVERSION_TOO_LONG,
                    "the service's answer is longer than %d bytes", MAX_ANSWER);
    default:
        return fail(conversion, CONVERSION_SERVICE_DOWN, "the service is down: %s",
                    response->problem);
    }
}

/* Is the answer a JSON object, and does it speak of success? NULL: `error` says why. */
static enum conversion_outcome judge_answer(struct conversion *conversion,
                                            const json_t *answer,
                                            const json_error_t *error)
{
    const json_t *success = json_object_get(answer, "success");
    const json_t *failure = json_object_get(answer, "error");
    const char *info = json_string_value(json_object_get(failure, "info"));
    enum { UNKNOWN_CURRENCY = 202 };

    if (answer == NULL && json_error_code(error) == json_error_numeric_overflow)
        return fail(conversion, CONVERSION_BAD_RATE,
                    "a number in the service's answer is too large");
    if (!json_is_object(answer))
        return fail(conversion, CONVERSION_NOT_JSON,
                    "the service's answer is no JSON object");
    if (!json_is_false(success))
        return CONVERSION_DONE;
    if (json_integer_value(json_object_get(failure, "code")) == UNKNOWN_CURRENCY)
        return fail(conversion, CONVERSION_UNKNOWN_CURRENCY,
                    "the service does not know the currency %s", conversion->currency);
    return fail(conversion, CONVERSION_SERVICE_DOWN, "the service failed: %.100s",
                info != NULL ? info : "it does not say why");
}

/* The rate for the currency out of {"rates": {"USD": 1.22}, ...}. */
static enum conversion_outcome read_rate(struct conversion *conversion,
                                         const json_t *answer, struct decimal *rate)
{
    const json_t *number =
        json_object_get(json_object_get(answer, "rates"), conversion->currency);

    if (number == NULL)
        return fail(conversion, CONVERSION_NO_RATE,
                    "there is no rate for %s in the service's answer",
                    conversion->currency);
    if (!json_is_number(number) ||
        decimal_from_double(json_number_value(number), rate) != 0 ||
        rate->coefficient == 0)
        return fail(conversion, CONVERSION_BAD_RATE,
                    "the rate for %s is no number above 0", conversion->currency);
    return CONVERSION_DONE;
}

/* amount times rate, rounded to PLACES. */
static enum conversion_outcome convert(struct conversion *conversion, struct decimal rate)
{
    if (decimal_multiply(conversion->amount, rate, PLACES, &conversion->result) != 0)
        return fail(conversion, CONVERSION_OUT_OF_RANGE, "the result is too large");
    return CONVERSION_DONE;
}

/* Says why in conversion->problem; returns `outcome`, for `return fail(...)`. The words
 * may be the service's: what would break the line, or move the cursor, becomes a
 * space. */
static enum conversion_outcome fail(struct conversion *conversion,
                                    enum conversion_outcome outcome, const char *format,
                                    ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(conversion->problem, sizeof conversion->problem, format, arguments);
    va_end(arguments);
    for (char *letter = conversion->problem; *letter != '\0'; letter++)
        if (iscntrl((unsigned char)*letter))
            *letter = ' ';
    return outcome;
}

void conversion_cancel(struct conversion *conversion)
{
    http_cancel(&conversion->call);
}
