/* orders_server: the items of an order, for whoever asks.
 *
 *     $ orders_server
 *     listening on http://127.0.0.1:8080
 *     $ curl http://127.0.0.1:8080/orders/efb77dcf-d83c-4935-81ac-7be5f37e6cdc/items
 *     [{"sku":"SKU-001","description":...,"quantity":2}, ...]
 *
 *     GET /orders/{uuid}/items   the items of all its packages
 *     GET /healthcheck           {"status":"ok"}
 *     GET /openapi.json          all of this, for machines
 *
 * One request of a client becomes eleven of ours, of which ten are on their way at once
 * (see stage 2's orders.h): that is why it takes two seconds, and not eleven. Meanwhile
 * the loop serves the others. What can go wrong has a status, and a body as every error
 * has here, {"error":{"status":404,"message":"..."}}:
 *
 *     404   there is no such order
 *     422   what stands in its place is no UUID
 *     500   this server was started with a malformed URL, key or tenant
 *     502   the service of orders is down, or talks nonsense
 *     503   too many wait for it already
 *     504   it took too long
 *
 * A client that goes away meanwhile needs nothing any more: all eleven are cancelled.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/upstream.h"
#include "stage2_http_client/orders.h"
#include "stage3_server/orders_openapi.h"
#include "stage3_server/server_program.h"

#include <stdlib.h>

enum { DEFAULT_TIMEOUT_MS = 10000 };

struct app {
    struct server_program program;
    struct http_client client; /* to the service of orders */
    struct order_service service;
};

/* One request on its way to its answer. */
struct items {
    struct http_exchange *exchange;
    struct order_query query;
};

static void on_items(struct http_exchange *exchange);
static void items_start(struct http_exchange *exchange, const char *uuid);
static void items_on_gone(struct http_exchange *exchange);
static void items_on_done(struct order_query *query, enum order_outcome outcome,
                          json_t *list);
static void on_healthcheck(struct http_exchange *exchange);
static void on_openapi(struct http_exchange *exchange);
static void app_find_service(struct app *app);
static void app_on_stopped(struct server_program *program);

/* orders_openapi.c describes these. */
static const struct http_route routes[] = {
    {"GET", "/orders/{uuid}/items", on_items},
    {"GET", "/healthcheck", on_healthcheck},
    {"GET", "/openapi.json", on_openapi},
    {NULL, NULL, NULL},
};

/* What each failure is to the client. The words are ours: what the service says, or where
 * it is, is nobody's business. */
static const struct {
    int status;
    const char *problem;
} failures[] = {
    [ORDER_CANCELLED] = {503, "cancelled"}, /* nobody will read it */
    [ORDER_UNKNOWN] = {404, "there is no such order"},
    [ORDER_SERVICE_FAILED] = {502, "the service of orders is down, or has failed"},
    [ORDER_TIMEOUT] = {504, "the service of orders took too long"},
    [ORDER_BAD_ANSWER] = {502, "the service of orders did not answer as it promises"},
};

static struct app *app_of(const struct http_exchange *exchange)
{
    return container_of(server_program_of(exchange), struct app, program);
}

static void on_items(struct http_exchange *exchange)
{
    const char *uuid = http_param(exchange, "uuid");

    if (is_uuid(uuid))
        items_start(exchange, uuid);
    else
        http_answer_error(exchange, 422, "an order has a UUID (RFC 9562)");
}

/* Starts the query, and returns: the answer to the client comes later. */
static void items_start(struct http_exchange *exchange, const char *uuid)
{
    /* TODO 3.14 (red) Fetch the items of an order for a client.
     * As in 3.7 and 3.9: allocate a struct items, start its query with
     * order_query_start() (orders.h; the client and the service are app_of(exchange)'s,
     * nobody wants to hear of the events), answer 503 or 500 if that fails; else
     * remember the exchange, and have items_on_gone() called when the client goes. */
    (void)uuid, (void)app_of, (void)items_on_done, (void)items_on_gone;
    TODO("3.14");
    http_answer_error(exchange, 501, "TODO 3.14 is not written yet");
    /* END 3.14 */
}

/* Nobody waits for this one any more. items_on_done() still comes, with
 * ORDER_CANCELLED. */
static void items_on_gone(struct http_exchange *exchange)
{
    struct items *items = exchange->data;

    order_query_cancel(&items->query);
}

/* The only way out of what items_start() has begun. */
static void items_on_done(struct order_query *query, enum order_outcome outcome,
                          json_t *list)
{
    struct items *items = container_of(query, struct items, query);

    if (outcome == ORDER_DONE)
        http_answer_json(items->exchange, 200, json_incref(list));
    else
        http_answer_error(items->exchange, failures[outcome].status,
                          failures[outcome].problem);
    free(items);
}

static void on_healthcheck(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, json_pack("{s:s}", "status", "ok"));
}

static void on_openapi(struct http_exchange *exchange)
{
    http_answer_json(exchange, 200, orders_openapi());
}

/* The key and the tenant come from the environment: a command line can be read by
 * everybody on the machine. */
static void app_find_service(struct app *app)
{
    const char *key = getenv("ORDERS_API_KEY"), *tenant = getenv("ORDERS_TENANT_ID");

    app->service = (struct order_service){
        .base_url = upstream_url(UPSTREAM_ORDERS),
        .api_key = key != NULL ? key : "demo",
        .tenant_id = tenant != NULL ? tenant : "demo",
        .timeout_ms = app->program.timeout_ms,
    };
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
                .name = "orders_server",
                .routes = routes,
                .timeout_ms = DEFAULT_TIMEOUT_MS,
                .on_stopped = app_on_stopped,
            },
    };

    int status = server_program_init(&app.program, argc, argv);
    if (status != 0)
        return status;
    app_find_service(&app);
    status = http_client_init(&app.client, &app.program.loop, NULL);
    if (status != 0)
        program_fail(app.program.name, uv_strerror(status));
    return server_program_run(&app.program);
}
