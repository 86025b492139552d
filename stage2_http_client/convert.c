/* convert CURRENCY AMOUNT: converts EUR, at the rate of the exchange-rate service.
 *
 *     $ convert USD 100
 *     122 USD
 *
 * Given, finished: the work is in currency.c. What is wrong is said in one line on
 * stderr, and by the exit code. */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "stage2_http_client/currency.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                            \
    "convert [--timeout SECONDS] [--ca FILE] CURRENCY AMOUNT\n"                          \
    "  CURRENCY           three capital letters (ISO 4217), as in: convert USD 100\n"    \
    "  AMOUNT             of EUR, at most 18 digits, as in 100 or 12.50\n"               \
    "  --timeout SECONDS  wait so long for the answer (default: 5)\n"                    \
    "  --ca FILE          trust only the authorities in this PEM file"

#define HELP                                                                             \
    "Of the service's rate 15 digits count. The result is exact, and rounded once, to\n" \
    "two places: half a cent or more goes up.\n"                                         \
    "Exit codes:\n"                                                                      \
    "  0  converted              6  the service took too long\n"                         \
    "  1  failed otherwise       7  its answer is not JSON\n"                            \
    "  2  bad command line       8  there is no rate in it\n"                            \
    "  3  bad amount             9  the rate is no number above 0\n"                     \
    "  4  unknown currency      10  its answer is too long\n"                            \
    "  5  the service is down   11  the result is too large"

enum { OPTION_CA = 256, OPTION_TIMEOUT, OPTION_HELP };

static const struct option long_options[] = {
    {"ca", required_argument, NULL, OPTION_CA},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const double max_timeout = 3600; /* seconds */

/* The exit code of each outcome; 1 and 2 are every program's (lib/program.h). */
static const int exit_codes[] = {
    [CONVERSION_DONE] = PROGRAM_OK,    [CONVERSION_CANCELLED] = PROGRAM_FAILED,
    [CONVERSION_UNKNOWN_CURRENCY] = 4, [CONVERSION_SERVICE_DOWN] = 5,
    [CONVERSION_TIMEOUT] = 6,          [CONVERSION_NOT_JSON] = 7,
    [CONVERSION_NO_RATE] = 8,          [CONVERSION_BAD_RATE] = 9,
    [CONVERSION_TOO_LONG] = 10,        [CONVERSION_OUT_OF_RANGE] = 11,
};
enum { EXIT_BAD_AMOUNT = 3 };

struct app {
    uv_loop_t loop;
    struct http_client client;
    struct conversion conversion;
    struct decimal amount;
    const char *currency;
    double timeout; /* seconds; 0: the default */
    const char *ca_file;
    bool ended;
    int exit_code;
};

static int app_read_arguments(struct app *app, int argc, char **argv);
static void app_start(struct app *app);
static void app_on_converted(struct conversion *conversion,
                             enum conversion_outcome outcome);

static int app_read_arguments(struct app *app, int argc, char **argv)
{
    int option;

    opterr = 0;
    /* "+": options come first, so that an amount of -5 is not taken for one. */
    while ((option = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
        if (option == OPTION_CA)
            app->ca_file = optarg;
        else if (option == OPTION_HELP)
            exit(puts("usage: " USAGE "\n" HELP) < 0);
        else if (option != OPTION_TIMEOUT)
            return program_bad_option(USAGE, option, argv);
        else if (!parse_decimal(optarg, max_timeout, &app->timeout))
            return program_usage(USAGE, "not a number of seconds from 0 to %.0f: %s",
                                 max_timeout, optarg);
    }
    if (argc - optind != 2)
        return program_usage(USAGE, "a currency and an amount are wanted");
    app->currency = argv[optind];
    if (!currency_is_code(app->currency))
        return program_usage(USAGE, "not the code of a currency: %s", app->currency);
    if (decimal_from_text(argv[optind + 1], &app->amount) != 0) {
        fprintf(stderr, "convert: not an amount: %s (digits, at most %d, and a point)\n",
                argv[optind + 1], DECIMAL_DIGITS);
        return EXIT_BAD_AMOUNT;
    }
    return 0;
}

static void app_start(struct app *app)
{
    int status = conversion_start(
        &app->conversion, &app->client, upstream_url(UPSTREAM_RATES), app->currency,
        app->amount, (uint64_t)ceil(app->timeout * 1000), app_on_converted);

    if (status != 0)
        program_fail("convert", status == UV_EINVAL ? "RATES_URL is not a URL"
                                                    : uv_strerror(status));
}

static void app_on_converted(struct conversion *conversion,
                             enum conversion_outcome outcome)
{
    struct app *app = container_of(conversion, struct app, conversion);
    char result[DECIMAL_TEXT_SIZE];

    app->ended = true;
    app->exit_code = exit_codes[outcome];
    if (outcome == CONVERSION_DONE)
        printf("%s %s\n", decimal_to_text(conversion->result, result), app->currency);
    else if (!todo_was_reported())
        fprintf(stderr, "convert: %s%s%s\n", conversion->problem,
                conversion->error == UV_ECONNREFUSED ? "; " : "",
                conversion->error == UV_ECONNREFUSED ? upstream_advice(UPSTREAM_RATES)
                                                     : "");
    http_client_close(&app->client, NULL);
}

int main(int argc, char **argv)
{
    struct app app = {0};

    program_init();
    int status = app_read_arguments(&app, argc, argv);
    if (status != 0)
        return status;
    struct http_client_options options = {.ca_file = app.ca_file};

    status = uv_loop_init(&app.loop);
    if (status == 0)
        status = http_client_init(&app.client, &app.loop, &options);
    if (status != 0)
        program_fail("convert", uv_strerror(status));
    app_start(&app);
    uv_run(&app.loop, UV_RUN_DEFAULT);
    if (!app.ended)
        program_fail("convert", "the loop has stopped before the conversion's end");
    if (program_close_loop(&app.loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    return app.exit_code;
}
