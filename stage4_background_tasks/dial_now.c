/* dial_now: telephones a joke, now. Given, finished: what happens on the call is yours.
 *
 *     $ dial_now +15555550101
 *     listening on http://127.0.0.1:8080
 *     +15***01 is dialled
 *     +15***01 rings
 *     +15***01 has answered
 *     +15***01 hears the joke
 *     +15***01 is done
 *
 *     POST /webhook   where the telephone network tells what happens
 *     GET /health     {"status":"OK"}
 *
 * It ends when all calls are over; with 1 when one has failed. Ctrl-C ends it before:
 * what has begun is given some time; a second Ctrl-C ends it at once.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/phone.h"
#include "lib/program.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/dial_options.h"
#include "stage4_background_tasks/webhook.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COMMAND_TIMEOUT_MS = 5000, DRAIN_MS = 10000, MAX_JOKES = 100 };

struct app {
    struct dial_options options;
    uv_loop_t loop;
    struct http_server server;
    struct http_client client; /* to the telephone network */
    struct http_client jokes;  /* to the service of jokes */
    struct background background;
    struct call_control control;
    struct call *calls;    /* of each number */
    uv_signal_t interrupt; /* SIGINT */
    uv_signal_t terminate; /* SIGTERM */
    bool stopping;
    uint64_t drain_ms; /* what is under way has so long; 0: it was told to end at once */
};

static void app_init(struct app *app);
static void app_watch(struct app *app, uv_signal_t *signal, int number);
static void app_listen(struct app *app);
static void app_dial(struct app *app, const char *webhook_url);
static void on_webhook(struct http_exchange *exchange);
static void on_health(struct http_exchange *exchange);
static void app_on_progress(struct call_control *control, int64_t id,
                            const char *command_id, enum call_state state,
                            const char *reason);
static bool is_news(enum call_state before, enum call_state now);
static void app_on_event(struct call_control *control, const char *line);
static void app_on_failed(struct background *background, const char *name, int error);
static void app_on_left(struct background *background, const char *name);
static bool app_all_over(const struct app *app);
static void app_on_signal(uv_signal_t *signal, int number);
static void app_stop(struct app *app);
static void app_on_stopped(struct http_server *server);
static void app_on_drained(struct background *background);
static int app_finish(struct app *app);

static const struct http_route routes[] = {
    {"POST", "/webhook", on_webhook},
    {"GET", "/health", on_health},
    {NULL, NULL, NULL},
};

/* What is printed of each step. */
static const char *const words[CALL_STATES] = {
    [CALL_SCHEDULED] = "was not dialled",
    [CALL_DIALLING] = "is dialled",
    [CALL_RINGING] = "rings",
    [CALL_ANSWERED] = "has answered",
    [CALL_SPEAKING] = "hears the joke",
    [CALL_DONE] = "is done",
    [CALL_FAILED] = "has failed",
    [CALL_UNSURE] = "may be dialled",
};

int main(int argc, char **argv)
{
    struct app app = {0};

    program_init();
    int status = dial_options_read(&app.options, argc, argv);
    if (status != 0)
        return status;
    app_init(&app);
    app_listen(&app);
    char *url = xasprintf("http://127.0.0.1:%u/webhook", http_server_port(&app.server));
    app_dial(&app, app.options.webhook != NULL ? app.options.webhook : url);
    uv_run(&app.loop, UV_RUN_DEFAULT);
    free(url);
    return app_finish(&app);
}

static void app_init(struct app *app)
{
    struct http_client_options few = {.max_in_flight = MAX_JOKES,
                                      .max_queued = MAX_JOKES};
    struct background_options tasks = {.max_running = app->options.max_running,
                                       .max_queued = app->options.max_queued,
                                       .on_failed = app_on_failed,
                                       .on_left = app_on_left};
    int status = uv_loop_init(&app->loop);

    if (status == 0)
        status = http_client_init(&app->client, &app->loop, NULL);
    if (status == 0)
        status = http_client_init(&app->jokes, &app->loop, &few);
    if (status != 0)
        program_fail("dial_now", uv_strerror(status));
    http_server_init(&app->server, &app->loop, routes, NULL);
    background_init(&app->background, &app->loop, &tasks);
    app->drain_ms = DRAIN_MS;
    app->calls = xcalloc(app->options.count + 1, sizeof app->calls[0]);
    app_watch(app, &app->interrupt, SIGINT);
    app_watch(app, &app->terminate, SIGTERM);
}

static void app_watch(struct app *app, uv_signal_t *signal, int number)
{
    int status = uv_signal_init(&app->loop, signal);

    if (status == 0)
        status = uv_signal_start(signal, app_on_signal, number);
    if (status != 0)
        program_fail("dial_now", uv_strerror(status));
    signal->data = app;
}

static void app_listen(struct app *app)
{
    int status = http_server_listen(&app->server, "127.0.0.1", app->options.port);

    if (status == UV_EADDRINUSE)
        program_fail("dial_now", "the port is taken; --port 0 takes any free one");
    if (status != 0)
        program_fail("dial_now", uv_strerror(status));
    printf("listening on http://127.0.0.1:%u\n", http_server_port(&app->server));
}

/* Number i is call i + 1. */
static void app_dial(struct app *app, const char *webhook_url)
{
    struct call_control_options options = {
        .api = {.client = &app->client,
                .url = app->options.api,
                .key = app->options.key,
                .timeout_ms = COMMAND_TIMEOUT_MS,
                .policy = {.max_retries = app->options.retries}},
        .connection_id = app->options.connection,
        .from = app->options.from,
        .webhook_url = webhook_url,
        .jokes = &app->jokes,
        .joke_timeout_ms = app->options.joke_ms,
        .pause_ms = app->options.pause_ms,
        .on_progress = app_on_progress,
        .on_log = app_on_event,
    };

    call_control_init(&app->control, &app->background, &options);
    for (size_t i = 0; i < app->options.count; i++) {
        struct call call = {.id = (int64_t)i + 1, .claimed_ms = utc_now_ms()};
        snprintf(call.number, sizeof call.number, "%s", app->options.numbers[i]);
        uuid_random(call.command_id);
        app->calls[i] = call;
        app_on_progress(&app->control, call.id, call.command_id, CALL_DIALLING, NULL);
        int status = call_control_dial(&app->control, &call);
        if (status != 0)
            app_on_progress(&app->control, call.id, call.command_id, CALL_FAILED,
                            uv_strerror(status));
    }
}

static void on_webhook(struct http_exchange *exchange)
{
    struct app *app = container_of(exchange->server, struct app, server);

    webhook_handle(exchange, &app->control);
}

static void on_health(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

/* There is nobody here who would put a call back. */
static void app_on_progress(struct call_control *control, int64_t id,
                            const char *command_id, enum call_state state,
                            const char *reason)
{
    struct app *app = container_of(control, struct app, control);
    char masked[PHONE_SIZE];

    if (id < 1 || (uint64_t)id > app->options.count)
        return;
    struct call *call = &app->calls[id - 1];
    enum call_state now = state == CALL_SCHEDULED ? CALL_FAILED : state;
    if (strcmp(call->command_id, command_id) != 0 || !is_news(call->state, now))
        return;
    call->state = now;
    printf("%s %s%s%s\n", phone_mask(call->number, masked), words[state],
           reason != NULL ? ": " : "", reason != NULL ? reason : "");
    if (app_all_over(app) && !app->options.stay && !app->stopping)
        app_stop(app);
}

/* Events overtake one another: a call never goes back. */
static bool is_news(enum call_state before, enum call_state now)
{
    if (before == CALL_UNSURE)
        return now > CALL_DIALLING && now != CALL_UNSURE;
    if (before == CALL_FAILED)
        return now == CALL_DONE;
    if (now == CALL_UNSURE)
        return before == CALL_DIALLING;
    return before != CALL_DONE && now > before;
}

/* With --stay, which is for trying things out, every event is shown. */
static void app_on_event(struct call_control *control, const char *line)
{
    struct app *app = container_of(control, struct app, control);

    if (app->options.stay)
        puts(line);
}

static void app_on_failed(struct background *background, const char *name, int error)
{
    (void)background;
    fprintf(stderr, "dial_now: %s has failed: %s\n", name, uv_strerror(error));
}

static void app_on_left(struct background *background, const char *name)
{
    (void)background;
    fprintf(stderr, "dial_now: %s was not finished\n", name);
}

static bool app_all_over(const struct app *app)
{
    for (size_t i = 0; i < app->options.count; i++)
        if (app->calls[i].state < CALL_DONE)
            return false;
    return true;
}

static void app_on_signal(uv_signal_t *signal, int number)
{
    struct app *app = signal->data;

    (void)number;
    if (!app->stopping)
        puts("stopping: what is under way is finished; Ctrl-C again ends it at once");
    app_stop(app);
}

/* The second time it ends at once what is under way. */
static void app_stop(struct app *app)
{
    if (app->stopping && app->drain_ms > 0) {
        app->drain_ms = 0;
        background_hurry(&app->background); /* if it drains already */
    }
    app->stopping = true;
    http_server_stop(&app->server, app_on_stopped);
}

static void app_on_stopped(struct http_server *server)
{
    struct app *app = container_of(server, struct app, server);

    background_drain(&app->background, app->drain_ms, app_on_drained);
}

static void app_on_drained(struct background *background)
{
    struct app *app = container_of(background, struct app, background);

    call_control_deinit(&app->control);
    http_client_close(&app->client, NULL);
    http_client_close(&app->jokes, NULL);
    uv_close((uv_handle_t *)&app->interrupt, NULL);
    uv_close((uv_handle_t *)&app->terminate, NULL);
}

static int app_finish(struct app *app)
{
    bool failed = !app_all_over(app);

    for (size_t i = 0; i < app->options.count; i++)
        failed = failed || app->calls[i].state != CALL_DONE;
    free(app->calls);
    if (program_close_loop(&app->loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    return failed ? PROGRAM_FAILED : PROGRAM_OK;
}
