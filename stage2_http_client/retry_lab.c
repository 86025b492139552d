/* retry_lab: asks http_retry.c its two questions, or runs a request with retries.
 *
 *   retry_lab may METHOD STATUS|ERROR...     may it be sent again? a line each
 *   retry_lab delay BASE MAX CHANCE RETRY... how long to wait, in ms: a line each
 *   retry_lab get URL RETRIES BASE [cancel]  a request; `cancel`: cancelled while it
 *                                            waits for its first retry
 *
 * Given, finished. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/http_retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "retry_lab may METHOD STATUS|ERROR...\n"                                             \
    "       retry_lab delay BASE MAX CHANCE RETRY...\n"                                  \
    "       retry_lab get URL RETRIES BASE [cancel]"

struct lab {
    uv_loop_t loop;
    struct http_client client;
    struct http_retry retry;
    struct http_request request;
    bool done;
};

static int lab_may(char **argv);
static int lab_delay(char **argv);
static int lab_get(char **argv);
static void lab_on_done(struct http_retry *retry, const struct http_response *response);

/* A status such as 503, or the name of an error such as ECONNRESET. */
static bool parse_response(const char *text, struct http_response *response)
{
    static const int errors[] = {UV_ECANCELED,  UV_ETIMEDOUT, UV_ECONNREFUSED,
                                 UV_ECONNRESET, UV_EOF,       UV_EPROTO,
                                 UV_EFBIG,      UV_EINVAL,    UV_EAI_NONAME};
    unsigned long long status;

    *response = (struct http_response){0};
    if (parse_whole(text, 100, 599, &status)) {
        response->status = (int)status;
        return true;
    }
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(uv_err_name(errors[i]), text) == 0)
            response->error = errors[i];
    return response->error != 0;
}

static int lab_may(char **argv)
{
    struct http_request request = {.method = argv[0]};
    struct http_response response;

    for (char **what = argv + 1; *what != NULL; what++) {
        if (!parse_response(*what, &response))
            return program_usage(USAGE, "neither a status nor an error: %s", *what);
        puts(http_may_retry(&request, &response) ? "yes" : "no");
    }
    return PROGRAM_OK;
}

static int lab_delay(char **argv)
{
    unsigned long long base, max, retry;
    double chance;

    if (!parse_whole(argv[0], 1, 1000000, &base) ||
        !parse_whole(argv[1], 1, 1000000, &max) || !parse_decimal(argv[2], 1, &chance))
        return program_usage(USAGE, NULL);
    struct http_retry_policy policy = {.base_delay_ms = base, .max_delay_ms = max};
    for (char **number = argv + 3; *number != NULL; number++) {
        if (!parse_whole(*number, 0, 1000000, &retry))
            return program_usage(USAGE, "not the number of a retry: %s", *number);
        uint64_t delay = http_retry_delay_ms(&policy, (unsigned)retry, chance);
        printf("%llu\n", (unsigned long long)delay);
    }
    return PROGRAM_OK;
}

static int lab_get(char **argv)
{
    struct lab lab = {.request = {.url = argv[0]}};
    unsigned long long retries, base;

    if (!parse_whole(argv[1], 0, 1000, &retries) ||
        !parse_whole(argv[2], 1, 1000000, &base))
        return program_usage(USAGE, NULL);
    struct http_retry_policy policy = {.max_retries = (unsigned)retries,
                                       .base_delay_ms = base};

    uv_loop_init(&lab.loop);
    if (http_client_init(&lab.client, &lab.loop, NULL) != 0 ||
        http_retry_start(&lab.retry, &lab.client, &lab.request, &policy, lab_on_done) !=
            0)
        program_fail("retry_lab", "the request could not be started");
    if (argv[3] != NULL) {
        while (!lab.done && !lab.retry.waiting && uv_run(&lab.loop, UV_RUN_ONCE) != 0)
            continue;
        puts(lab.retry.waiting ? "cancelled while it waits" : "it has not waited");
        http_retry_cancel(&lab.retry);
        http_retry_cancel(&lab.retry); /* the second time does nothing */
    }
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    return program_close_loop(&lab.loop) == 0 && lab.done ? PROGRAM_OK : PROGRAM_FAILED;
}

static void lab_on_done(struct http_retry *retry, const struct http_response *response)
{
    struct lab *lab = container_of(retry, struct lab, retry);

    lab->done = true;
    if (response->error != 0)
        printf("done after %u tries: %s\n", retry->tries, uv_err_name(response->error));
    else
        printf("done after %u tries: status %d\n", retry->tries, response->status);
    http_client_close(&lab->client, NULL);
}

int main(int argc, char **argv)
{
    program_init();
    if (argc >= 4 && strcmp(argv[1], "may") == 0)
        return lab_may(argv + 2);
    if (argc >= 6 && strcmp(argv[1], "delay") == 0)
        return lab_delay(argv + 2);
    if ((argc == 5 || (argc == 6 && strcmp(argv[5], "cancel") == 0)) &&
        strcmp(argv[1], "get") == 0)
        return lab_get(argv + 2);
    return program_usage(USAGE, NULL);
}
