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
 * At the end it is taken apart in the same order: nobody new comes in; what has begun is
 * finished, up to a deadline; what was promised is in the file. A second signal moves the
 * deadline to now.
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
    DRAIN_MS = 10000, /* to finish what has begun */
    MAX_RUNNING = 100,
    /* Every call that waits may be due at the same time, and none must be refused then;
     * and there is to be room for what the network tells. */
    MAX_QUEUED = CALL_SCHEDULER_MAX + 50000,
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
static void app_on_stopped(struct server_program *program);
static void app_on_hurry(struct server_program *program);
static void app_on_task_left(struct background *background, const char *task);
static void app_on_drained(struct background *background);
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
        .on_progress = app_on_progress,
        .on_log = app_on_log,
    };
    char problem[CONFIG_PROBLEM_SIZE];

    if (calls_page_init(&app->page, config->templates_dir, problem, sizeof problem) != 0)
        program_fail(name, problem);
    upstream_set_url(UPSTREAM_JOKES, config->jokes_url);
    int status = http_client_init(&app->client, loop, NULL);
    if (status == 0)
        status = http_client_init(&app->jokes, loop, NULL);
    if (status != 0)
        program_fail(name, uv_strerror(status));
    background_init(&app->background, loop, &background);
    call_control_init(&app->control, &app->background, &control);
    status = call_scheduler_init(&app->scheduler, loop, app_open_store(app), NULL,
                                 app_on_due, app_on_trouble);
    if (status != 0) {
        snprintf(problem, sizeof problem, "%s: %s", config->database,
                 uv_strerror(status));
        program_fail(name, problem);
    }
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

/* It is claimed: from here on it is dialled once, or it is told why not. */
static void app_on_due(struct call_scheduler *scheduler, const struct call *call)
{
    struct joke_app *app = container_of(scheduler, struct joke_app, scheduler);
    char number[PHONE_SIZE];

    printf("call %" PRId64 ": dialling %s\n", call->id, phone_mask(call->number, number));
    int status = call_control_dial(&app->control, call);
    if (status != 0)
        app_on_progress(&app->control, call->id, call->command_id, CALL_FAILED,
                        uv_strerror(status));
}

static void app_on_progress(struct call_control *control, int64_t id,
                            const char *command_id, enum call_state state,
                            const char *reason)
{
    struct joke_app *app = container_of(control, struct joke_app, control);

    (void)command_id;
    if (id == 0)
        return;
    if (state >= CALL_DONE) /* of all before it the events tell, see app_on_log() */
        printf("call %" PRId64 ": %s%s%s\n", id, call_state_name(state),
               reason != NULL ? ", " : "", reason != NULL ? reason : "");
    call_scheduler_update(&app->scheduler, id, state, reason);
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

/* Nobody asks any more. Nothing is due any more, either: what was promised is kept. */
static void app_on_stopped(struct server_program *program)
{
    struct joke_app *app = container_of(program, struct joke_app, program);

    app->draining = true;
    call_scheduler_stop(&app->scheduler);
    background_drain(&app->background, app->hurry ? 0 : DRAIN_MS, app_on_drained);
}

static void app_on_hurry(struct server_program *program)
{
    struct joke_app *app = container_of(program, struct joke_app, program);

    if (app->draining && !app->hurry)
        background_hurry(&app->background);
    app->hurry = true;
}

static void app_on_task_left(struct background *background, const char *task)
{
    (void)background;
    fprintf(stderr, "%s: not finished, and cancelled: %s\n", name, task);
}

static void app_on_drained(struct background *background)
{
    struct joke_app *app = container_of(background, struct joke_app, background);

    call_control_deinit(&app->control);
    call_scheduler_close(&app->scheduler, app_on_scheduler_closed);
}

static void app_on_scheduler_closed(struct call_scheduler *scheduler)
{
    struct joke_app *app = container_of(scheduler, struct joke_app, scheduler);

    http_client_close(&app->client, NULL);
    http_client_close(&app->jokes, NULL);
    server_program_end(&app->program);
}
