/* joke_server: a joke for whoever asks.
 *
 *     $ joke_server
 *     listening on http://127.0.0.1:8080
 *     $ curl http://127.0.0.1:8080/joke
 *     {"joke":"A watched process never exits."}
 *
 *     GET /         a page for people
 *     GET /joke     {"joke":"..."}; as text for those whose Accept header likes
 *                   text/plain more than application/json
 *     GET /health   {"status":"OK"}
 *     GET /info     {"host":...,"started":...,"uptime":...,"date":...}
 *
 * The jokes come from a service on the internet, which may take seconds. The handler does
 * not wait for it: it asks, and returns, and the loop serves the others. When the service
 * has answered, the client is. A service that is down, late, overrun, or talks nonsense
 * is no reason not to laugh: then the joke is one of our own.
 *
 * A client that goes away meanwhile wants no joke any more: its request to the service is
 * cancelled. Cancelling completes it, too, so that each way leads through joke_finish().
 *
 * In the order of time: */
#include "lib/media_type.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "stage3_server/joke_page.h"
#include "stage3_server/joke_source.h"
#include "stage3_server/server_program.h"

#include <stdlib.h>

/* Who wants to laugh does not wait for long: neither for the service, nor in a queue. */
enum { DEFAULT_TIMEOUT_MS = 1000, MAX_ASKED = 100, MAX_QUEUED = 100 };

struct app {
    struct server_program program;
    struct http_client client; /* to the service of jokes */
};

/* How a joke is told. */
typedef void (*joke_answer_cb)(struct http_exchange *exchange, const char *joke);

/* One joke on its way. */
struct joke {
    struct http_exchange *exchange; /* that it is for */
    joke_answer_cb answer;
    struct http_call call; /* to the service */
};

static struct app *app_of(const struct http_exchange *exchange);
static void on_page(struct http_exchange *exchange);
static void on_joke(struct http_exchange *exchange);
static void joke_start(struct http_exchange *exchange, joke_answer_cb answer);
static void joke_on_gone(struct http_exchange *exchange);
static void joke_on_response(struct http_call *call,
                             const struct http_response *response);
static void joke_finish(struct joke *joke, char *text);
static void joke_answer(struct http_exchange *exchange, const char *joke);
static void on_health(struct http_exchange *exchange);
static void on_info(struct http_exchange *exchange);
static void app_on_stopped(struct server_program *program);

static const struct http_route routes[] = {
    {"GET", "/", on_page},     {"GET", JOKE_STYLE_PATH, joke_page_style},
    {"GET", "/joke", on_joke}, {"GET", "/health", on_health},
    {"GET", "/info", on_info}, {NULL, NULL, NULL},
};

static struct app *app_of(const struct http_exchange *exchange)
{
    return container_of(server_program_of(exchange), struct app, program);
}

static void on_page(struct http_exchange *exchange)
{
    joke_start(exchange, joke_page_answer);
}

static void on_joke(struct http_exchange *exchange)
{
    joke_start(exchange, joke_answer);
}

/* Asks the service for a joke, and returns: the answer to the client comes later. */
static void joke_start(struct http_exchange *exchange, joke_answer_cb answer)
{
    struct app *app = app_of(exchange);
    struct joke *joke = xmalloc(sizeof *joke);

    /* TODO 3.7 (orange) Answer later.
     * A `joke` knows its exchange, and how it is to be answered; the exchange knows the
     * joke as its data. Have joke_on_gone() called when the client goes
     * (http_on_gone()). Then joke_ask() asks the service: it wants joke->call, the app's
     * client, the time limit (app->program.timeout_ms) and joke_on_response(). Do not
     * wait for that. If joke_ask() does not return 0, it never comes: joke_finish(joke,
     * NULL) tells one of our own. */
    (void)app, (void)answer, (void)joke_ask, (void)joke_on_gone, (void)joke_on_response;
    free(joke);
    TODO("3.7");
    http_answer_error(exchange, 501, "TODO 3.7 is not written yet");
    /* END 3.7 */
}

/* Nobody waits for this one any more. joke_on_response() still comes, with
 * UV_ECANCELED. */
static void joke_on_gone(struct http_exchange *exchange)
{
    struct joke *joke = exchange->data;

    http_cancel(&joke->call);
}

static void joke_on_response(struct http_call *call, const struct http_response *response)
{
    struct joke *joke = container_of(call, struct joke, call);

    joke_finish(joke, joke_of_response(response));
}

/* The only way out. Takes `text`; NULL: the service had no joke. */
static void joke_finish(struct joke *joke, char *text)
{
    if (text == NULL)
        text = joke_of_ours();
    joke->answer(joke->exchange, text);
    free(text);
    free(joke);
}

static void joke_answer(struct http_exchange *exchange, const char *joke)
{
    const char *accept = http_header(exchange, "Accept");

    http_add_header(exchange, "Vary", "Accept");
    http_add_header(exchange, "Cache-Control", "no-store"); /* the next one is another */
    if (accept_quality(accept, "text/plain") > accept_quality(accept, "application/json"))
        http_answer_text(exchange, 200, "%s\n", joke);
    else
        http_answer_json(exchange, 200, json_pack("{s:s}", "joke", joke));
}

static void on_health(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

static void on_info(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, server_program_info(server_program_of(exchange)));
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
                .name = "joke_server",
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
