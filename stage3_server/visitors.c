/* visitors: starts orders_server, and some clients who all come at the same moment.
 *
 * Each wants the items of the same order, for which the server asks the orders service
 * eleven times. The output can be drawn: make timeline STAGE=3 */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/http_client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_VISITORS = 100, MAX_LINE = 200, PATIENCE_MS = 60000 };

static const char usage[] = "visitors COUNT ORDER_UUID";

struct visitor {
    struct http_call call;
    size_t number;
};

struct app {
    uv_loop_t loop;
    uv_process_t server;
    uv_pipe_t output; /* the server's */
    char line[MAX_LINE];
    size_t length; /* of what has come of its first line */
    struct http_client client;
    const char *order;
    struct visitor *visitors;
    size_t count;
    size_t pending;
    size_t served;
};

static int app_start_server(struct app *app, const char *program);
static void app_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void app_on_output(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);
static void app_send_visitors(struct app *app, const char *base_url);
static void visitor_on_done(struct http_call *call, const struct http_response *response);
static void app_end(struct app *app);
static void app_on_exit(uv_process_t *process, int64_t status, int signal);

/* The server's program stands beside this one. */
static int app_start_server(struct app *app, const char *program)
{
    const char *slash = strrchr(program, '/');
    char *path = xasprintf("%.*sorders_server",
                           slash != NULL ? (int)(slash - program) + 1 : 0, program);
    char *arguments[] = {path, "--port", "0", NULL};
    uv_stdio_container_t files[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&app->output},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    uv_process_options_t options = {.file = path,
                                    .args = arguments,
                                    .stdio = files,
                                    .stdio_count = 3,
                                    .exit_cb = app_on_exit};

    uv_pipe_init(&app->loop, &app->output, 0);
    int status = uv_spawn(&app->loop, &app->server, &options);
    free(path);
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&app->output, app_on_alloc, app_on_output);
    return status;
}

static void app_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct app *app = container_of((uv_pipe_t *)handle, struct app, output);

    (void)suggested;
    *buffer = uv_buf_init(app->line + app->length,
                          (unsigned)(sizeof app->line - 1 - app->length));
}

/* Its first line tells where it listens; the others are of no interest. */
static void app_on_output(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    static const char listening[] = "listening on ";
    struct app *app = container_of((uv_pipe_t *)stream, struct app, output);
    char *end;

    (void)buffer;
    if (count < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    app->length += (size_t)count;
    app->line[app->length] = '\0';
    end = strchr(app->line, '\n');
    if (end == NULL)
        return;
    *end = '\0';
    if (app->visitors == NULL && strncmp(app->line, listening, sizeof listening - 1) == 0)
        app_send_visitors(app, app->line + sizeof listening - 1);
    app->length = 0;
}

static void app_send_visitors(struct app *app, const char *base_url)
{
    char *url = xasprintf("%s/orders/%s/items", base_url, app->order);
    struct http_request request = {.url = url, .timeout_ms = PATIENCE_MS};

    app->visitors = xcalloc(app->count, sizeof *app->visitors);
    for (size_t i = 0; i < app->count; i++) {
        app->visitors[i].number = i + 1;
        if (http_start(&app->visitors[i].call, &app->client, &request, NULL,
                       visitor_on_done) != 0)
            program_fail("visitors", "a request could not be started");
        printf("visitor_%zu starting\n", i + 1);
        app->pending++;
    }
    free(url);
}

static void visitor_on_done(struct http_call *call, const struct http_response *response)
{
    struct visitor *visitor = container_of(call, struct visitor, call);
    struct app *app = container_of(call->client, struct app, client);

    printf("visitor_%zu finished\n", visitor->number);
    if (response->error == 0 && response->status == 200)
        app->served++;
    else
        fprintf(stderr, "visitors: visitor_%zu: status %d %s\n", visitor->number,
                response->status, response->problem);
    if (--app->pending == 0)
        app_end(app);
}

static void app_end(struct app *app)
{
    http_client_close(&app->client, NULL);
    uv_process_kill(&app->server, SIGTERM);
}

static void app_on_exit(uv_process_t *process, int64_t status, int signal)
{
    struct app *app = container_of(process, struct app, server);

    (void)status, (void)signal;
    uv_close((uv_handle_t *)process, NULL);
    if (app->visitors == NULL) /* it has never listened; it has said why */
        http_client_close(&app->client, NULL);
}

int main(int argc, char **argv)
{
    unsigned long long count;
    struct app app = {0};

    program_init();
    if (argc != 3 || !parse_whole(argv[1], 1, MAX_VISITORS, &count))
        return program_usage(usage, NULL);
    app.count = (size_t)count;
    app.order = argv[2];
    uv_loop_init(&app.loop);
    if (http_client_init(&app.client, &app.loop, NULL) != 0)
        program_fail("visitors", "cannot make a client");
    int status = app_start_server(&app, argv[0]);
    if (status != 0)
        program_fail("visitors", uv_strerror(status));
    uv_run(&app.loop, UV_RUN_DEFAULT);
    free(app.visitors);
    status = program_close_loop(&app.loop);
    return status == 0 && app.served == app.count ? PROGRAM_OK : PROGRAM_FAILED;
}
