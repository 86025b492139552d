/* currency_pool: currency_blocking, mended with background_do(). Given, finished.
 *
 *     $ currency_pool
 *     listening on http://127.0.0.1:8080
 *     $ curl http://127.0.0.1:8080/convert/GBP/100
 *     GBP 88.4
 *
 * The call that blocks is the same one, but it blocks a thread of the pool. The handler
 * returns, and the loop serves the others, /health among them. So it is right; but no
 * more conversions go on at once than the pool has threads, and there are four. That is
 * the way for a library that can only block. For one that can do without (libcurl's multi
 * interface: stage 3's currency_server) the loop alone is better.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage3_server/server_program.h"
#include "stage4_background_tasks/background.h"
#include "stage4_background_tasks/currency_easy.h"

#include <curl/curl.h>
#include <stdlib.h>

enum { DEFAULT_TIMEOUT_MS = 5000, MAX_ASKED = 100, MAX_QUEUED = 200 };

struct app {
    struct server_program program;
    struct background background;
};

/* One request on its way to its answer. */
struct convert {
    struct background_work work;
    struct http_exchange *exchange; /* not to be touched on the thread */
    struct easy_conversion conversion;
};

static void on_convert(struct http_exchange *exchange);
static void convert_on_work(struct background_work *work);
static int convert_on_done(struct background_work *work, int status);
static void convert_refuse(struct convert *convert, int error);
static void on_health(struct http_exchange *exchange);
static void app_on_stopped(struct server_program *program);

static const struct http_route routes[] = {
    {"GET", "/convert/{currency}/{amount}", on_convert},
    {"GET", "/health", on_health},
    {NULL, NULL, NULL},
};

static void on_convert(struct http_exchange *exchange)
{
    struct app *app = container_of(server_program_of(exchange), struct app, program);
    struct easy_conversion conversion;

    if (!easy_conversion_read(&conversion, exchange, app->program.timeout_ms))
        return;
    struct convert *convert = xmalloc(sizeof *convert);
    convert->exchange = exchange;
    convert->conversion = conversion;
    int status = background_do(&app->background, &convert->work, "convert",
                               convert_on_work, convert_on_done);
    if (status != 0)
        convert_refuse(convert, status);
}

/* On a thread of the pool: only this one waits. */
static void convert_on_work(struct background_work *work)
{
    struct convert *convert = container_of(work, struct convert, work);

    easy_conversion_run(&convert->conversion);
}

/* On the loop's thread again. That the service has failed is no failure of the task: the
 * client is told. */
static int convert_on_done(struct background_work *work, int status)
{
    struct convert *convert = container_of(work, struct convert, work);

    if (status != 0) {
        convert_refuse(convert, status);
        return status;
    }
    easy_conversion_answer(&convert->conversion, convert->exchange);
    free(convert);
    return 0;
}

/* Nobody is put off without being told when to come back. */
static void convert_refuse(struct convert *convert, int error)
{
    if (error == UV_ENOBUFS)
        http_add_header(convert->exchange, "Retry-After", "1");
    http_answer_error(convert->exchange, error == UV_ENOBUFS ? 503 : 500,
                      "the service of rates cannot be asked");
    free(convert);
}

static void on_health(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

/* Every exchange is answered by now, so no task is left. */
static void app_on_stopped(struct server_program *program)
{
    struct app *app = container_of(program, struct app, program);

    background_drain(&app->background, 0, NULL);
}

int main(int argc, char **argv)
{
    struct app app = {
        .program =
            {
                .name = "currency_pool",
                .routes = routes,
                .timeout_ms = DEFAULT_TIMEOUT_MS,
                .on_stopped = app_on_stopped,
            },
    };
    struct background_options options = {.max_running = MAX_ASKED,
                                         .max_queued = MAX_QUEUED};

    int status = server_program_init(&app.program, argc, argv);
    if (status != 0)
        return status;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        program_fail(app.program.name, "libcurl cannot begin");
    background_init(&app.background, &app.program.loop, &options);
    status = server_program_run(&app.program);
    curl_global_cleanup();
    return status;
}
