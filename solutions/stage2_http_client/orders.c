/* orders: one request, and then as many at once as it has named.
 *
 * The packages are gathered (see stage 1): each is an operation that starts a request and
 * reports its items, a list, as its result. Since a gather's results stand in the order
 * of the start, the lists only have to be joined at the end.
 *
 * In the order of time: */
#include "stage2_http_client/orders.h"

#include "lib/memory.h"
#include "stage2_http_client/order_json.h"
#include "stage2_http_client/order_query.h"

#include <stdarg.h>
#include <stdio.h>

static void query_on_order(struct http_retry *request,
                           const struct http_response *response);
static int query_fetch_packages(struct order_query *query);
static int package_start(struct gather *gather, size_t index);
static int package_request(struct order_package *package);
static void package_on_items(struct http_retry *request,
                             const struct http_response *response);
static void query_request_next(struct order_query *query);
static void package_cancel(struct gather *gather, size_t index);
static void query_on_packages(struct gather *gather, int status);
static bool query_judge(struct order_query *query, const struct http_response *response);
static void query_fail(struct order_query *query, enum order_outcome outcome,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));
static void query_finish(struct order_query *query, json_t *items);

int order_query_start(struct order_query *query, struct http_client *client,
                      const struct order_service *service, const char *uuid,
                      order_event_cb on_event, order_done_cb on_done)
{
    if (!is_uuid(uuid))
        return UV_EINVAL;
    order_query_init(query, client, service, uuid, on_event, on_done);
    int status = order_query_request(query, &query->request, query->url, query_on_order);
    query->under_way = status == 0;
    if (status == 0)
        order_query_tell(query, "order", "starting");
    else
        order_query_free(query);
    return status;
}

static void query_on_order(struct http_retry *request,
                           const struct http_response *response)
{
    struct order_query *query = container_of(request, struct order_query, request);
    int status = UV_EPROTO;

    order_query_tell(query, "order", "finished");
    if (query_judge(query, response)) {
        if (order_query_read_packages(query, response))
            status = query_fetch_packages(query);
        if (status != 0)
            query_fail(query, ORDER_BAD_ANSWER, "the service's answer is not an order");
    }
    if (status != 0)
        query_finish(query, NULL);
}

/* Whether the answer is one of success; if not, says why. 404 to the order's own request:
 * there is no such order. */
static bool query_judge(struct order_query *query, const struct http_response *response)
{
    bool is_order = query->packages == NULL;

    if (query->outcome == ORDER_DONE)
        query->error = response->error;
    if (response->error == UV_ECANCELED)
        query_fail(query, ORDER_CANCELLED, "cancelled");
    else if (response->error == UV_ETIMEDOUT)
        query_fail(query, ORDER_TIMEOUT, "the orders service took too long");
    else if (response->error != 0)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service failed: %s",
                   response->problem);
    else if (response->status == 404 && is_order)
        query_fail(query, ORDER_UNKNOWN, "there is no such order");
    else if (response->status != 200)
        query_fail(query, ORDER_SERVICE_FAILED, "the orders service answered %d",
                   response->status);
    return query->outcome == ORDER_DONE;
}

/* Gathers the items of all packages: each is started by package_start, ended early by
 * package_cancel, and query_on_packages comes when the last one has reported. */
static int query_fetch_packages(struct order_query *query)
{
    return gather_start(&query->gather, query->client->loop, query->count, query->results,
                        package_start, package_cancel, query_on_packages);
}

static int package_start(struct gather *gather, size_t index)
{
    struct order_query *query = container_of(gather, struct order_query, gather);

    return package_request(&query->packages[index]);
}

/* When they are to come one after the other, only the next one is asked for; the others
 * are when their turn comes. */
static int package_request(struct order_package *package)
{
    struct order_query *query = package->query;

    if (query->service.sequential && package->index != query->next)
        return 0;
    int status =
        order_query_request(query, &package->request, package->url, package_on_items);
    package->requested = status == 0;
    if (status == 0)
        order_query_tell(query, package->name, "starting");
    else
        query_fail(query, status == UV_ECANCELED ? ORDER_CANCELLED : ORDER_SERVICE_FAILED,
                   "%s could not be asked for: %s", package->name, uv_strerror(status));
    return status;
}

static void package_on_items(struct http_retry *request,
                             const struct http_response *response)
{
    struct order_package *package = container_of(request, struct order_package, request);
    struct order_query *query = package->query;
    json_t *items = NULL;

    order_query_tell(query, package->name, "finished");
    if (query_judge(query, response)) {
        items = order_json_items(response->body, response->body_length);
        if (items == NULL)
            query_fail(query, ORDER_BAD_ANSWER,
                       "the service's answer for %s is not a list of items",
                       package->name);
    }
    gather_report(&query->gather, package->index, items != NULL ? 0 : UV_EIO, items);
    query_request_next(query);
}

/* Sequential: the next package's turn, unless everything was cancelled. */
static void query_request_next(struct order_query *query)
{
    size_t next = ++query->next;

    if (!query->service.sequential || next >= query->count ||
        query->results[next].reported)
        return;
    int status = package_request(&query->packages[next]);
    if (status != 0 && !query->results[next].reported) /* not as cancelled */
        gather_report(&query->gather, next, status, NULL);
}

static void package_cancel(struct gather *gather, size_t index)
{
    struct order_query *query = container_of(gather, struct order_query, gather);
    struct order_package *package = &query->packages[index];

    if (package->requested)
        http_retry_cancel(&package->request);
    else
        gather_report(gather, index, UV_ECANCELED, NULL);
}

/* All packages have reported: their lists are joined, in the packages' order. */
static void query_on_packages(struct gather *gather, int status)
{
    struct order_query *query = container_of(gather, struct order_query, gather);
    json_t *items = json_array();

    if (status != 0) /* nothing of it has failed: order_query_cancel() */
        query_fail(query, ORDER_CANCELLED, "cancelled");
    for (size_t i = 0; i < query->count; i++)
        json_array_extend(items, query->results[i].value);
    query_finish(query, items);
}

/* The first failure is the query's, and it ends whatever is still on its way. */
static void query_fail(struct order_query *query, enum order_outcome outcome,
                       const char *format, ...)
{
    va_list arguments;

    if (query->outcome != ORDER_DONE)
        return;
    query->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(query->problem, sizeof query->problem, format, arguments);
    va_end(arguments);
    gather_cancel(&query->gather);
}

void order_query_cancel(struct order_query *query)
{
    if (!query->under_way)
        return;
    query_fail(query, ORDER_CANCELLED, "cancelled");
    http_retry_cancel(&query->request);
    gather_cancel(&query->gather);
}

/* The only way out. The caller may free the query, or use it again, in its callback. */
static void query_finish(struct order_query *query, json_t *items)
{
    order_query_free(query);
    query->under_way = false;
    query->on_done(query, query->outcome, query->outcome == ORDER_DONE ? items : NULL);
    json_decref(items);
}
