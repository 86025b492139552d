/* joke_app: given, finished. A call is promised when the store has it, and not before: so
 * the answer to POST / comes later than its handler returns.
 *
 * In the order of time: */
#include "stage4_background_tasks/joke_app.h"

#include "lib/media_type.h"
#include "lib/memory.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/webhook.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A form on its way to a promise. */
struct booking {
    struct http_exchange *exchange;
    struct call_form form;
    char *typed[FORM_FIELDS]; /* NULL: there is no such field */
    bool wants_json;
    struct call_promise promise;
};

static struct joke_app *app_of(const struct http_exchange *exchange);
static void on_page(struct http_exchange *exchange);
static void on_booking(struct http_exchange *exchange);
static bool booking_read(struct booking *booking);
static bool booking_read_json(struct booking *booking);
static bool has_type(const struct http_exchange *exchange, const char *type);
static void booking_start(struct booking *booking);
static void booking_on_added(struct call_promise *promise, int status);
static void booking_answer_promised(struct booking *booking);
static void booking_answer_wrong(struct booking *booking);
static void booking_answer_refused(struct booking *booking, int error);
static void booking_answer(struct booking *booking, int status, const char *problem);
static void booking_free(struct booking *booking);
static void on_calls(struct http_exchange *exchange);
static void on_webhook(struct http_exchange *exchange);
static void on_health(struct http_exchange *exchange);
static void on_info(struct http_exchange *exchange);
static void on_static(struct http_exchange *exchange);
static void on_preflight(struct http_exchange *exchange);
static void allow_all(struct http_exchange *exchange);

const struct http_route joke_app_routes[] = {
    {"GET", "/", on_page},
    {"POST", "/", on_booking},
    {"GET", "/calls", on_calls},
    {"POST", "/webhook", on_webhook},
    {"GET", "/health", on_health},
    {"GET", "/info", on_info},
    {"GET", "/static/{path...}", on_static},
    {"OPTIONS", "/", on_preflight},
    {"OPTIONS", "/calls", on_preflight},
    {"OPTIONS", "/health", on_preflight},
    {"OPTIONS", "/info", on_preflight},
    {NULL, NULL, NULL},
};

static const char retry_after[] = "60"; /* seconds */

static struct joke_app *app_of(const struct http_exchange *exchange)
{
    return container_of(server_program_of(exchange), struct joke_app, program);
}

static void on_page(struct http_exchange *exchange)
{
    struct joke_app *app = app_of(exchange);
    struct call_form form = {.at_ms = 0};

    allow_all(exchange);
    calls_page_answer(exchange, 200, &app->page, &app->scheduler, &form, NULL,
                      utc_now_ms());
}

static void on_booking(struct http_exchange *exchange)
{
    struct booking *booking = xmalloc(sizeof *booking);

    allow_all(exchange);
    booking->exchange = exchange;
    booking->wants_json = has_type(exchange, "application/json") ||
                          accept_prefers_json(http_header(exchange, "Accept"));
    if (!booking_read(booking)) /* it has its answer */
        booking_free(booking);
    else if (!call_form_check(&booking->form, utc_now_ms()))
        booking_answer_wrong(booking);
    else
        booking_start(booking);
}

/* False: there is nothing to be read, and the exchange was answered. */
static bool booking_read(struct booking *booking)
{
    struct http_exchange *exchange = booking->exchange;
    bool is_form = has_type(exchange, "application/x-www-form-urlencoded");

    if (has_type(exchange, "application/json")) {
        if (!booking_read_json(booking))
            return false;
    } else if (!is_form) {
        http_answer_error(exchange, 415, "it is to be a form, or JSON");
        return false;
    }
    for (int field = 0; field < FORM_FIELDS; field++) {
        if (is_form)
            booking->typed[field] = http_form(exchange, form_field_name(field));
        booking->form.typed[field] = booking->typed[field];
    }
    return true;
}

/* A member that is no string counts as one that is not there. */
static bool booking_read_json(struct booking *booking)
{
    char problem[256];
    json_t *json = http_json(booking->exchange, problem, sizeof problem);

    if (!json_is_object(json)) {
        http_answer_error(booking->exchange, 400,
                          json == NULL ? problem : "it is to be a JSON object");
        json_decref(json);
        return false;
    }
    for (int field = 0; field < FORM_FIELDS; field++) {
        const char *text =
            json_string_value(json_object_get(json, form_field_name(field)));

        if (text != NULL)
            booking->typed[field] = xstrdup(text);
    }
    json_decref(json);
    return true;
}

/* Whether the request's body is of that type; it may have parameters. */
static bool has_type(const struct http_exchange *exchange, const char *type)
{
    const char *said = http_header(exchange, "Content-Type");
    size_t length = strlen(type);

    return said != NULL && strncasecmp(said, type, length) == 0 &&
           strchr("; \t", said[length]) != NULL;
}

static void booking_start(struct booking *booking)
{
    int status = call_scheduler_add(&app_of(booking->exchange)->scheduler,
                                    &booking->promise, booking->form.at_ms,
                                    booking->typed[FORM_NUMBER], booking_on_added);

    if (status != 0)
        booking_answer_refused(booking, status);
}

/* Who has gone meanwhile is telephoned all the same. */
static void booking_on_added(struct call_promise *promise, int status)
{
    struct booking *booking = container_of(promise, struct booking, promise);

    if (status == 0)
        booking_answer_promised(booking);
    else
        booking_answer_refused(booking, status);
}

/* See the page: a browser that loads it again does not book again. */
static void booking_answer_promised(struct booking *booking)
{
    struct http_exchange *exchange = booking->exchange;
    const struct call *call = &booking->promise.job.call;

    joke_app_log_promise(call);
    http_add_header(exchange, "Location", "/");
    if (booking->wants_json)
        http_answer_json(exchange, 303, call_json(call));
    else
        http_answer_text(exchange, 303, "It is promised: see /\n");
    booking_free(booking);
}

static void booking_answer_wrong(struct booking *booking)
{
    static const char problem[] = "The call cannot be scheduled like this.";
    json_t *fields;

    if (!booking->wants_json) {
        booking_answer(booking, 422, problem);
        return;
    }
    fields = json_object();
    for (int field = 0; field < FORM_FIELDS; field++)
        if (booking->form.problems[field] != NULL)
            json_object_set_new(fields, form_field_name(field),
                                json_string(booking->form.problems[field]));
    http_answer_json(booking->exchange, 422,
                     json_pack("{s:{s:i, s:s, s:o}}", "error", "status", 422, "message",
                               problem, "fields", fields));
    booking_free(booking);
}

/* The scheduler cannot take it. */
static void booking_answer_refused(struct booking *booking, int error)
{
    if (error != UV_ENOBUFS && error != UV_ECANCELED) {
        http_answer_failure(booking->exchange, error);
        booking_free(booking);
        return;
    }
    http_add_header(booking->exchange, "Retry-After", retry_after);
    booking_answer(booking, 503,
                   error == UV_ENOBUFS ? "Too many calls are scheduled already. Please "
                                         "try again in a minute."
                                       : "This server is stopping. Please try again.");
}

/* Answers a program with JSON, a person with the form as it was typed. */
static void booking_answer(struct booking *booking, int status, const char *problem)
{
    struct joke_app *app = app_of(booking->exchange);

    if (booking->wants_json)
        http_answer_error(booking->exchange, status, problem);
    else
        calls_page_answer(booking->exchange, status, &app->page, &app->scheduler,
                          &booking->form, problem, utc_now_ms());
    booking_free(booking);
}

static void booking_free(struct booking *booking)
{
    for (int field = 0; field < FORM_FIELDS; field++)
        free(booking->typed[field]);
    free(booking);
}

static void on_calls(struct http_exchange *exchange)
{
    struct joke_app *app = app_of(exchange);

    allow_all(exchange);
    http_add_header(exchange, "Cache-Control", "no-store");
    http_answer_json(exchange, 200, calls_json(&app->scheduler, utc_now_ms()));
}

static void on_webhook(struct http_exchange *exchange)
{
    webhook_handle(exchange, &app_of(exchange)->control);
}

static void on_health(struct http_exchange *exchange)
{
    allow_all(exchange);
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "OK"));
}

static void on_info(struct http_exchange *exchange)
{
    allow_all(exchange);
    http_answer_json(exchange, 200, server_program_info(server_program_of(exchange)));
}

static void on_static(struct http_exchange *exchange)
{
    char *folder = xasprintf("%s/static", app_of(exchange)->config.templates_dir);

    http_add_header(exchange, "X-Content-Type-Options", "nosniff");
    http_add_header(exchange, "Cache-Control", "no-cache"); /* ask whether it is as it was
                                                             */
    http_answer_file(exchange, folder, http_param(exchange, "path"));
    free(folder);
}

/* A browser asks before it sends what no form could: JSON, for example. */
static void on_preflight(struct http_exchange *exchange)
{
    allow_all(exchange);
    http_add_header(exchange, "Access-Control-Allow-Methods", "GET, POST");
    http_add_header(exchange, "Access-Control-Allow-Headers", "Content-Type");
    http_add_header(exchange, "Access-Control-Max-Age", "600");
    http_answer(exchange, 204, NULL, NULL, 0);
}

static void allow_all(struct http_exchange *exchange)
{
    http_add_header(exchange, "Access-Control-Allow-Origin", "*");
}
