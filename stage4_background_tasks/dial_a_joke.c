/* dial_a_joke: telephones people a joke, at the time they chose. Given, finished.
 *
 *     $ dial_a_joke -c config.dev.json
 *     listening on http://127.0.0.1:8080
 *
 * Nothing happens here: it is only put together. What is promised on the page
 * (joke_app.c) the scheduler keeps, in a file; when its time has come control dials, and
 * when the network tells what has become of it, control does what is to be done, in the
 * background; and what control tells the scheduler writes down.
 *
 *     page --> scheduler --> control --> network
 *                  ^            |  ^        |
 *                  +-- states --+  +-- webhooks, by way of the background
 *
 * At the end it is taken apart in the same order. Nothing is due any more, and nothing is
 * promised; but who has answered the telephone is to hear his joke, and for that events
 * must come in: so the server goes on until no call does, up to a deadline. Then nobody
 * comes in any more, what has begun is finished, up to another deadline, and what was
 * promised is in the file. A second signal moves all deadlines to now.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/joke_app.h"
#include "stage4_background_tasks/memory_store.h"
#include "stage4_background_tasks/sqlite_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char name[] = "dial_a_joke";

enum {
    JOKE_TIMEOUT_MS = 2000,    /* who has answered the telephone does not wait for long */
    COMMAND_TIMEOUT_MS = 5000, /* for each try */
    COMMAND_RETRIES = 4,
    CALLS_MS = 20000,  /* at the end: for the calls that go on to be over */
    SERVER_MS = 3000,  /* then, for who has sent half of a request, or reads slowly */
    DRAIN_MS = 10000,  /* then, to finish what has begun */
    MAX_DIALLING = 50, /* at once; what is claimed is dialled at once */
    MAX_RUNNING = 100, /* events that are worked on */
    MAX_QUEUED = 50000,
};

static void app_open(struct joke_app *app);
static struct call_store *app_open_store(struct joke_app *app);
static void app_on_due(struct call_scheduler *scheduler, const struct call *call);
static void app_on_progress(struct call_control *control, int64_t id,
                            const char *command_id, enum call_state state,
                            const char *reason);
static void app_on_log(struct call_control *control, const char *line);
static void app_on_trouble(struct call_scheduler *scheduler, const char *what, int error);
static void app_on_task_failed(struct background *background, const char *task,
                               int error);
static void app_on_asked(struct server_program *program);
static void app_on_calls_over(uv_timer_t *patience);
static void app_on_server_late(uv_timer_t *patience);
static void app_on_stopped(struct server_program *program);
static void app_on_hurry(struct server_program *program);
static void app_on_task_left(struct background *background, const char *task);
static void app_on_events_drained(struct background *background);
static void app_on_dials_drained(struct background *background);
static void app_drained(struct joke_app *app);
static void app_name_left(void *context, const struct call *call);
static void app_on_scheduler_closed(struct call_scheduler *scheduler);

int main(int argc, char **argv)
{
    const char *path = "config.dev.json";
    struct server_option option = {
        .letter = 'c',
        .name = "config",
        .takes = "FILE",
        .says = "read the configuration there (default: config.dev.json)",
        .value = &path,
    };
    struct joke_app app = {
        .program =
            {
                .name = name,
                .routes = joke_app_routes,
                .on_asked = app_on_asked,
                .on_stopped = app_on_stopped,
                .on_hurry = app_on_hurry,
                .option = &option,
            },
    };
    char problem[CONFIG_PROBLEM_SIZE];

    int status = server_program_init(&app.program, argc, argv);
    if (status != 0)
        return status;
    if (app_config_read(&app.config, path, problem, sizeof problem) != 0) {
        fprintf(stderr, "%s: %s\n", name, problem);
        exit(PROGRAM_USAGE);
    }
    if (app.config.public_key[0] != '\0')
        puts("telnyx_public_key is not used yet: webhooks are not verified (stage 5)");
    server_program_listen_at(&app.program, app.config.host, app.config.port);
    app_open(&app);
    status = server_program_run(&app.program);
    calls_page_deinit(&app.page);
    app_config_deinit(&app.config);
    return status;
}

static void app_open(struct joke_app *app)
{
    uv_loop_t *loop = &app->program.loop;
    const struct app_config *config = &app->config;
    struct http_client_options commands = {.max_in_flight = MAX_RUNNING + MAX_DIALLING};
    struct background_options background = {
        .max_running = MAX_RUNNING,
        .max_queued = MAX_QUEUED,
        .on_failed = app_on_task_failed,
        .on_left = app_on_task_left,
    };
    struct call_control_options control = {
        .api = {.client = &app->client,
                .url = config->api_url,
                .key = config->api_key,
                .timeout_ms = COMMAND_TIMEOUT_MS,
                .policy = {.max_retries = COMMAND_RETRIES}},
        .connection_id = config->connection_id,
        .from = config->src_number,
        .webhook_url = config->webhook_url[0] != '\0' ? config->webhook_url : NULL,
        .jokes = &app->jokes,
        .joke_timeout_ms = JOKE_TIMEOUT_MS,
        .dials = &app->dials,
        .on_progress = app_on_progress,
        .on_log = app_on_log,
    };
    char problem[CONFIG_PROBLEM_SIZE];

    if (calls_page_init(&app->page, config->templates_dir, problem, sizeof problem) != 0)
        program_fail(name, problem);
    upstream_set_url(UPSTREAM_JOKES, config->jokes_url);
    int status = http_client_init(&app->client, loop, &commands);
    if (status == 0)
        status = http_client_init(&app->jokes, loop, NULL);
    if (status != 0)
        program_fail(name, uv_strerror(status));
    uv_timer_init(loop, &app->patience);
    background_init(&app->background, loop, &background);
    background.max_running = MAX_DIALLING;
    background_init(&app->dials, loop, &background);
    call_control_init(&app->control, &app->background, &control);
    status = call_scheduler_init(&app->scheduler, loop, app_open_store(app), NULL,
                                 app_on_due, app_on_trouble);
    if (status != 0) {
        snprintf(problem, sizeof problem, "%s: %s", config->database,
                 uv_strerror(status));
        program_fail(name, problem);
    }
    call_scheduler_limit(&app->scheduler, MAX_DIALLING);
}

static struct call_store *app_open_store(struct joke_app *app)
{
    const char *path = app->config.database;
    struct call_store *store;
    char problem[CONFIG_PROBLEM_SIZE];

    if (path[0] == '\0') {
        puts("there is no database: what is promised is forgotten at the end");
        return memory_store_create(&app->program.loop);
    }
    if (sqlite_store_open(&store, &app->program.loop, path, problem, sizeof problem) != 0)
        program_fail(name, problem);
    return store;
}

void joke_app_log_promise(const struct call *call)
{
    char at[UTC_TEXT_SIZE], number[PHONE_SIZE];

    printf("call %" PRId64 ": promised to %s for %s\n", call->id,
           phone_mask(call->number, number), utc_to_text(call->at_ms, at));
}

/* It is claimed: it is dialled now, once, or it is told why not. */
static void app_on_due(struct call_scheduler *scheduler, const struct call *call)
{
    struct joke_app *app = container_of(scheduler, struct joke_app, scheduler);
    char number[PHONE_SIZE];

    printf("call %" PRId64 ": dialling %s\n", call->id, phone_mask(call->number, number));
    int status = call_control_dial(&app->control, call);
    if (status != 0)
        app_on_progress(&app->control, call->id, call->command_id, CALL_SCHEDULED,
                        uv_strerror(status));
}

static void app_on_progress(struct call_control *control, int64_t id,
                            const char *command_id, enum call_state state,
                            const char *reason)
{
    struct joke_app *app = container_of(control, struct joke_app, control);

    if (id == 0 || !call_scheduler_update(&app->scheduler, id, command_id, state, reason))
        return;
    if (state >= CALL_DONE || state == CALL_SCHEDULED) /* of all others the events tell */
        printf("call %" PRId64 ": %s%s%s\n", id,
               state == CALL_SCHEDULED ? "not dialled yet" : call_state_name(state),
               reason != NULL ? ", " : "", reason != NULL ? reason : "");
    if (app->stopping && call_scheduler_going(&app->scheduler) == 0)
        uv_timer_start(&app->patience, app_on_calls_over, 0, 0);
}

static void app_on_log(struct call_control *control, const char *line)
{
    (void)control;
    puts(line);
}

static void app_on_trouble(struct call_scheduler *scheduler, const char *what, int error)
{
    (void)scheduler;
    fprintf(stderr, "%s: %s: %s\n", name, what, uv_strerror(error));
}

static void app_on_task_failed(struct background *background, const char *task, int error)
{
    (void)background;
    fprintf(stderr, "%s: %s has failed: %s\n", name, task, uv_strerror(error));
}

/* Told to end. Nothing is due any more: what was promised is kept. Bookings get 503. */
static void app_on_asked(struct server_program *program)
{
    struct joke_app *app = container_of(program, struct joke_app, program);
    bool any = call_scheduler_going(&app->scheduler) > 0;

    call_scheduler_stop(&app->scheduler);
    app->stopping = true;
    uv_timer_start(&app->patience, app_on_calls_over, any ? CALLS_MS : 0, 0);
}

/* Or so long not that nobody waits for them any more. */
static void app_on_calls_over(uv_timer_t *patience)
{
    struct joke_app *app = container_of(patience, struct joke_app, patience);

    app->stopping = false;
    uv_timer_start(patience, app_on_server_late, SERVER_MS, 0);
    server_program_stop(&app->program);
}

static void app_on_server_late(uv_timer_t *patience)
{
    server_program_stop(&container_of(patience, struct joke_app, patience)->program);
}

/* Nobody asks any more. */
static void app_on_stopped(struct server_program *program)
{
    struct joke_app *app = container_of(program, struct joke_app, program);
    uint64_t deadline_ms = app->hurry ? 0 : DRAIN_MS;

    app->stopping = false;
    app->draining = 2;
    uv_close((uv_handle_t *)&app->patience, NULL);
    background_drain(&app->background, deadline_ms, app_on_events_drained);
    background_drain(&app->dials, deadline_ms, app_on_dials_drained);
}

static void app_on_hurry(struct server_program *program)
{
    struct joke_app *app = container_of(program, struct joke_app, program);

    if (app->draining > 0 && !app->hurry) {
        background_hurry(&app->background);
        background_hurry(&app->dials);
    }
    app->hurry = true;
}

static void app_on_task_left(struct background *background, const char *task)
{
    (void)background;
    fprintf(stderr, "%s: not finished, and cancelled: %s\n", name, task);
}

static void app_on_events_drained(struct background *background)
{
    app_drained(container_of(background, struct joke_app, background));
}

static void app_on_dials_drained(struct background *background)
{
    app_drained(container_of(background, struct joke_app, dials));
}

/* When both are. */
static void app_drained(struct joke_app *app)
{
    if (--app->draining > 0)
        return;
    call_control_deinit(&app->control);
    call_scheduler_each(&app->scheduler, SIZE_MAX, app_name_left, NULL);
    call_scheduler_close(&app->scheduler, app_on_scheduler_closed);
}

static void app_name_left(void *context, const struct call *call)
{
    (void)context;
    if (call->state > CALL_SCHEDULED && call->state < CALL_DONE)
        fprintf(stderr, "%s: call %" PRId64 " goes on without this program: %s\n", name,
                call->id, call_state_name(call->state));
}

static void app_on_scheduler_closed(struct call_scheduler *scheduler)
{
    struct joke_app *app = container_of(scheduler, struct joke_app, scheduler);

    http_client_close(&app->client, NULL);
    http_client_close(&app->jokes, NULL);
    server_program_end(&app->program);
}
