/* order_items ORDER_UUID: the items of an order, as JSON.
 *
 * Given, finished: the work is in orders.c. With --trace it tells what happens when, and
 * with --sequential it asks for one package after the other: then ten packages of a
 * second each take ten seconds, and otherwise one. */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "stage2_http_client/orders.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                            \
    "order_items [OPTION]... ORDER_UUID\n"                                               \
    "  --sequential       one package after the other\n"                                 \
    "  --trace            tell what happens when\n"                                      \
    "  --retries N        send a request again that failed (default: 0)\n"               \
    "  --timeout SECONDS  wait so long for each answer (default: 10)\n"                  \
    "  --ca FILE          trust only the authorities in this PEM file"

#define HELP                                                                             \
    "The key and the tenant come from ORDERS_API_KEY and ORDERS_TENANT_ID.\n"            \
    "Exit codes:\n"                                                                      \
    "  0  done                   4  there is no such order\n"                            \
    "  1  failed otherwise       5  the service is down, or has failed\n"                \
    "  2  bad command line       6  the service took too long\n"                         \
    "  3  not a UUID             7  its answer is not what it promises"

enum { OPTION_CA = 256, OPTION_TIMEOUT, OPTION_RETRIES, OPTION_HELP, MAX_RETRIES = 20 };

static const double max_timeout = 3600; /* seconds */

/* The exit code of each outcome; 1 and 2 are every program's (lib/program.h). */
static const int exit_codes[] = {
    [ORDER_DONE] = PROGRAM_OK, [ORDER_CANCELLED] = PROGRAM_FAILED,
    [ORDER_UNKNOWN] = 4,       [ORDER_SERVICE_FAILED] = 5,
    [ORDER_TIMEOUT] = 6,       [ORDER_BAD_ANSWER] = 7,
};
enum { EXIT_NO_UUID = 3 };

struct app {
    uv_loop_t loop;
    struct http_client client;
    struct order_service service;
    struct order_query query;
    const char *uuid;
    const char *ca_file;
    int trace, sequential;
    bool ended;
    int exit_code;
};

static int app_read_arguments(struct app *app, int argc, char **argv);
static int app_read_option(struct app *app, int option, const char *value);
static void app_start(struct app *app);
static void app_on_event(struct order_query *query, const char *what, const char *event);
static void app_on_items(struct order_query *query, enum order_outcome outcome,
                         json_t *items);

static int app_read_arguments(struct app *app, int argc, char **argv)
{
    const struct option long_options[] = {
        {"sequential", no_argument, &app->sequential, 1},
        {"trace", no_argument, &app->trace, 1},
        {"retries", required_argument, NULL, OPTION_RETRIES},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"ca", required_argument, NULL, OPTION_CA},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    int option, status = 0;

    opterr = 0;
    while (status == 0 &&
           (option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (option == ':' || option == '?')
            return program_bad_option(USAGE, option, argv);
        status = app_read_option(app, option, optarg);
    }
    if (status != 0)
        return status;
    if (argc - optind != 1)
        return program_usage(USAGE, "one order is wanted");
    app->uuid = argv[optind];
    if (is_uuid(app->uuid))
        return 0;
    fprintf(stderr, "order_items: not a UUID: %s\n", app->uuid);
    return EXIT_NO_UUID;
}

static int app_read_option(struct app *app, int option, const char *value)
{
    unsigned long long retries;
    double seconds;

    switch (option) {
    case OPTION_HELP:
        exit(puts("usage: " USAGE "\n" HELP) < 0);
    case OPTION_CA:
        app->ca_file = value;
        break;
    case OPTION_RETRIES:
        if (!parse_whole(value, 0, MAX_RETRIES, &retries))
            return program_usage(USAGE, "--retries takes a number from 0 to %d: %s",
                                 MAX_RETRIES, value);
        app->service.retry.max_retries = (unsigned)retries;
        break;
    case OPTION_TIMEOUT:
        if (!parse_decimal(value, max_timeout, &seconds))
            return program_usage(USAGE, "not a number of seconds from 0 to %.0f: %s",
                                 max_timeout, value);
        app->service.timeout_ms = (uint64_t)ceil(seconds * 1000);
        break;
    }
    return 0;
}

static void app_start(struct app *app)
{
    const char *key = getenv("ORDERS_API_KEY"), *tenant = getenv("ORDERS_TENANT_ID");

    app->service.base_url = upstream_url(UPSTREAM_ORDERS);
    app->service.api_key = key != NULL ? key : "demo";
    app->service.tenant_id = tenant != NULL ? tenant : "demo";
    app->service.sequential = app->sequential != 0;
    int status = order_query_start(&app->query, &app->client, &app->service, app->uuid,
                                   app->trace ? app_on_event : NULL, app_on_items);
    if (status != 0)
        program_fail("order_items", status == UV_EINVAL
                                        ? "ORDERS_URL, or the key or tenant, is malformed"
                                        : uv_strerror(status));
}

static void app_on_event(struct order_query *query, const char *what, const char *event)
{
    (void)query;
    printf("%s %s\n", what, event);
}

static void app_on_items(struct order_query *query, enum order_outcome outcome,
                         json_t *items)
{
    struct app *app = container_of(query, struct app, query);

    app->ended = true;
    app->exit_code = exit_codes[outcome];
    if (outcome == ORDER_DONE) {
        json_dumpf(items, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (!todo_was_reported()) {
        fprintf(stderr, "order_items: %s%s%s\n", query->problem,
                query->error == UV_ECONNREFUSED ? "; " : "",
                query->error == UV_ECONNREFUSED ? upstream_advice(UPSTREAM_ORDERS) : "");
    }
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
        program_fail("order_items", uv_strerror(status));
    app_start(&app);
    uv_run(&app.loop, UV_RUN_DEFAULT);
    if (!app.ended)
        program_fail("order_items", "the loop has stopped before the order's end");
    if (program_close_loop(&app.loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    return app.exit_code;
}
