/* currency_server: euros in another currency, for whoever asks.
 *
 *     $ currency_server
 *     listening on http://127.0.0.1:8080
 *     $ curl http://127.0.0.1:8080/convert/GBP/100
 *     GBP 88.4
 *
 *     GET /convert/{currency}/{amount}   one line of text; for those whose Accept header
 *         likes application/json more than text/plain {"currency":"GBP","amount":"88.4",
 *         "base":"EUR","base_amount":"100"}. Amounts are strings: they are exact, and
 *         most readers of JSON would make doubles of numbers
 *     GET /health                        {"status":"OK"}
 *
 * The work is stage 2's (currency.h); here it gets a URL. What can go wrong has a status:
 *
 *     400   the currency is no code, or the amount no number
 *     422   they are, but nobody knows the currency, or there are too many digits
 *     502   the service of rates is down, or talks nonsense
 *     503   too many wait for it already
 *     504   it took too long
 *
 * So a client can tell its own mistake (4..) from one that it may try again (5..).
 *
 * In the order of time: */
#include "lib/media_type.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "stage2_http_client/currency.h"
#include "stage3_server/server_program.h"

#include <stdlib.h>

/* Who has to wait longer than that had better be told, and try again. */
enum { DEFAULT_TIMEOUT_MS = 5000, MAX_ASKED = 100, MAX_QUEUED = 200 };

struct app {
    struct server_program program;
    struct http_client client; /* to the service of rates */
};

/* One request on its way to its answer. */
struct convert {
    struct http_exchange *exchange;
    struct conversion conversion;
};

static void on_convert(struct http_exchange *exchange);
static int convert_check(struct http_exchange *exchange, struct decimal *amount,
                         const char **problem);
static void convert_start(struct http_exchange *exchange, struct decimal amount);
static void convert_on_gone(struct http_exchange *exchange);
static void convert_on_done(struct conversion *conversion,
                            enum conversion_outcome outcome);
static int convert_status(enum conversion_outcome outcome);
static void convert_answer(struct http_exchange *exchange,
                           const struct conversion *conversion);
static void on_health(struct http_exchange *exchange);
static void app_on_stopped(struct server_program *program);

static const struct http_route routes[] = {
    {"GET", "/convert/{currency}/{amount}", on_convert},
    {"GET", "/health", on_health},
    {NULL, NULL, NULL},
};

/* What each failure is called to the client. The words are ours: what the service says,
 * or where it is, is nobody's business. */
static const char *const problems[] = {
    [CONVERSION_CANCELLED] = "cancelled", /* nobody will read it */
    [CONVERSION_UNKNOWN_CURRENCY] = "nobody knows this currency",
    [CONVERSION_SERVICE_DOWN] = "the service of rates is down",
    [CONVERSION_TIMEOUT] = "the service of rates took too long",
    [CONVERSION_NOT_JSON] = "the service of rates did not answer in JSON",
    [CONVERSION_NO_RATE] = "the service of rates answered without a rate",
    [CONVERSION_BAD_RATE] = "the rate is no number above 0",
    [CONVERSION_TOO_LONG] = "the answer of the service of rates is too long",
    [CONVERSION_OUT_OF_RANGE] = "the result has too many digits",
};

static struct app *app_of(const struct http_exchange *exchange)
{
    return container_of(server_program_of(exchange), struct app, program);
}

static void on_convert(struct http_exchange *exchange)
{
    struct decimal amount;
    const char *problem;
    int status = convert_check(exchange, &amount, &problem);

    if (status != 200)
        http_answer_error(exchange, status, problem);
    else
        convert_start(exchange, amount);
}

/* Looks at what the client has sent before anybody else is bothered with it. Returns the
 * status to answer with, 200 when all is well; else `*problem` says why. */
static int convert_check(struct http_exchange *exchange, struct decimal *amount,
                         const char **problem)
{
    int status = decimal_from_text(http_param(exchange, "amount"), amount);

    *problem = "a currency is three capital letters (ISO 4217), such as GBP";
    if (!currency_is_code(http_param(exchange, "currency")))
        return 400;
    *problem = "an amount is digits and at most one point, such as 12.50";
    if (status == UV_EINVAL)
        return 400;
    *problem = "an amount has at most 18 digits";
    return status == 0 ? 200 : 422;
}

/* Starts the conversion, and returns: the answer to the client comes later. */
static void convert_start(struct http_exchange *exchange, struct decimal amount)
{
    struct app *app = app_of(exchange);
    struct convert *convert = xmalloc(sizeof *convert);
    /* TODO 3.9 (orange) Convert what the client has asked for.
     * conversion_start() (currency.h) wants convert->conversion, the app's client, the
     * URL of the service (upstream_url()), the currency (it is a param of the
     * exchange's), the amount, the time limit (app->program.timeout_ms) and
     * convert_on_done. If it does not return 0, that never comes: free `convert`, and
     * answer 503 when the queue is full (UV_ENOBUFS), else 500. If it does, `convert`
     * must know its exchange, and the exchange its data; and convert_on_gone() wants to
     * know when the client has gone. */
    (void)app, (void)amount, (void)convert_on_done, (void)convert_on_gone;
    (void)upstream_url;
    free(convert);
    TODO("3.9");
    http_answer_error(exchange, 501, "TODO 3.9 is not written yet");
    /* END 3.9 */
}

/* Nobody waits for this one any more. convert_on_done() still comes, with
 * CONVERSION_CANCELLED. */
static void convert_on_gone(struct http_exchange *exchange)
{
    struct convert *convert = exchange->data;

    conversion_cancel(&convert->conversion);
}

/* The only way out of what convert_start() has begun. */
static void convert_on_done(struct conversion *conversion,
                            enum conversion_outcome outcome)
{
    struct convert *convert = container_of(conversion, struct convert, conversion);

    if (outcome == CONVERSION_DONE)
        convert_answer(convert->exchange, conversion);
    else
        http_answer_error(convert->exchange, convert_status(outcome), problems[outcome]);
    free(convert);
}

/* Whose fault is it? 4xx: the client's, who need not try the same again. 5xx: not his. */
static int convert_status(enum conversion_outcome outcome)
{
    /* TODO 3.10 (orange) Say what a failure is in HTTP.
     * 422: a currency that nobody knows, a result that is out of range. 504: the service
     * took too long. 503: cancelled. 502: the service has failed in any other way. */
    (void)outcome;
    TODO("3.10");
    return 500;
    /* END 3.10 */
}

static void convert_answer(struct http_exchange *exchange,
                           const struct conversion *conversion)
{
    const char *accept = http_header(exchange, "Accept");
    char result[DECIMAL_TEXT_SIZE], amount[DECIMAL_TEXT_SIZE];

    decimal_to_text(conversion->result, result);
    decimal_to_text(conversion->amount, amount);
    http_add_header(exchange, "Vary", "Accept");
    if (accept_quality(accept, "application/json") > accept_quality(accept, "text/plain"))
        http_answer_json(exchange, 200,
                         json_pack("{s:s, s:s, s:s, s:s}", "currency",
                                   conversion->currency, "amount", result, "base", "EUR",
                                   "base_amount", amount));
    else
        http_answer_text(exchange, 200, "%s %s\n", conversion->currency, result);
}

static void on_health(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

static void app_on_stopped(struct server_program *program)
{
    struct app *app = container_of(program, struct app, program);

    http_client_close(&app->client, NULL);
}

int main(int argc, char **argv)
{
    struct app app = {
        .program =
            {
                .name = "currency_server",
                .routes = routes,
                .timeout_ms = DEFAULT_TIMEOUT_MS,
                .on_stopped = app_on_stopped,
            },
    };

    int status = server_program_init(&app.program, argc, argv);
    if (status != 0)
        return status;
    struct http_client_options options = {.max_in_flight = MAX_ASKED,
                                          .max_queued = MAX_QUEUED};
    status = http_client_init(&app.client, &app.program.loop, &options);
    if (status != 0)
        program_fail(app.program.name, uv_strerror(status));
    return server_program_run(&app.program);
}
