/* client_fetch COUNT CAP URL: fetches the URL COUNT times with http_client, at most CAP
 * at once. Prints how many answers had the status 200. For `make bench`. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/http_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_COUNT = 1000000 };

struct fetch {
    struct http_client client;
    struct http_call *calls;
    size_t pending;
    size_t succeeded;
};

static int fetch_on_body(struct http_call *call, const char *data, size_t length)
{
    (void)call, (void)data, (void)length;
    return 0;
}

static void fetch_on_done(struct http_call *call, const struct http_response *response)
{
    struct fetch *fetch = container_of(call->client, struct fetch, client);

    if (response->status == 200 && response->error == 0)
        fetch->succeeded++;
    fetch->pending--;
    if (fetch->pending == 0)
        http_client_close(&fetch->client, NULL);
}

int main(int argc, char **argv)
{
    struct fetch fetch = {0};
    uv_loop_t loop;
    unsigned long long count, cap;

    program_init();
    if (argc != 4 || !parse_whole(argv[1], 1, MAX_COUNT, &count) ||
        !parse_whole(argv[2], 1, MAX_COUNT, &cap))
        return program_usage("client_fetch COUNT CAP URL", NULL);
    struct http_client_options options = {.max_in_flight = (size_t)cap,
                                          .max_queued = (size_t)count};
    struct http_request request = {.url = argv[3]};
    uv_loop_init(&loop);
    if (http_client_init(&fetch.client, &loop, &options) != 0)
        program_fail("client_fetch", "cannot make a client");
    fetch.pending = (size_t)count;
    fetch.calls = xcalloc(fetch.pending, sizeof *fetch.calls);
    for (size_t i = 0; i < count; i++)
        if (http_start(&fetch.calls[i], &fetch.client, &request, fetch_on_body,
                       fetch_on_done) != 0)
            program_fail("client_fetch", "cannot start a request: is that a URL?");
    uv_run(&loop, UV_RUN_DEFAULT);
    if (program_close_loop(&loop) != 0)
        return PROGRAM_FAILED;
    free(fetch.calls);
    printf("%zu\n", fetch.succeeded);
    return PROGRAM_OK;
}
