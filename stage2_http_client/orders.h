/* orders: the items of an order, from the orders service.
 *
 * First the order is asked for, which names its packages; then the items of all packages
 * at once; and their items make one list, in the packages' order. The first failure ends
 * the rest. Everything happens on the loop's thread. */
#ifndef STAGE2_ORDERS_H
#define STAGE2_ORDERS_H

#include "lib/uuid.h"
#include "stage1_event_loop/gather.h"
#include "stage2_http_client/http_retry.h"

#include <jansson.h>

enum { ORDER_PROBLEM_SIZE = 256 };

struct order_query;
struct order_package;

/* Where the orders are, and how to ask. The strings are borrowed until a query has
 * ended. */
struct order_service {
    const char *base_url;
    const char *api_key;            /* the header X-Api-Key */
    const char *tenant_id;          /* the header X-Tenant-Id */
    struct http_retry_policy retry; /* of each request */
    uint64_t timeout_ms;            /* of each try, 0: 10 s */
    bool sequential; /* one package after the other, to see what that costs */
};

/* How a query ended. */
enum order_outcome {
    ORDER_DONE,
    ORDER_CANCELLED,      /* order_query_cancel(), or the client was closed */
    ORDER_UNKNOWN,        /* there is no such order */
    ORDER_SERVICE_FAILED, /* no connection, a broken one, a status of an error */
    ORDER_TIMEOUT,        /* the service took too long */
    ORDER_BAD_ANSWER,     /* the answer is not what the service promises */
};

/* It has ended. Exactly once for each order_query_start() that returned 0, from the loop,
 * never inside a function of this header. `items` is a list of
 * {"sku","description","image_url","reference","quantity"}, borrowed (json_incref() it to
 * keep it), and NULL unless ORDER_DONE. From its return on the memory is free for other
 * use. */
typedef void (*order_done_cb)(struct order_query *query, enum order_outcome outcome,
                              json_t *items);

/* What happens meanwhile: "order" or "package_3" is "starting" or "finished". */
typedef void (*order_event_cb)(struct order_query *query, const char *what,
                               const char *event);

/* The caller's memory. Read `problem` and `error` in order_done_cb; leave the rest
 * alone. */
struct order_query {
    char problem[ORDER_PROBLEM_SIZE]; /* unless ORDER_DONE: why, in one line */
    int error; /* the UV_E* that kept an answer from coming; 0: there was one */

    order_event_cb on_event;
    struct http_client *client;
    struct order_service service;
    char *headers[4];          /* what every request has; the last one NULL */
    struct http_retry request; /* for the order */
    char *url;
    struct gather gather; /* of the packages */
    struct gather_result *results;
    struct order_package *packages;
    size_t count;
    size_t next; /* package to ask for, when sequential */
    bool under_way;
    enum order_outcome outcome;
    order_done_cb on_done;
};

/* Asks `service` (copied; its strings are borrowed) for the items of order `uuid`
 * (copied). `on_event` may be NULL. Borrows `query` and `client` until `on_done`. Format
 * of the service:
 *   GET /maestro/v1/orders/UUID                        {"packages":[{"uuid":"..."}, ...]}
 *   GET /maestro/v1/orders/UUID/packages/UUID/items    [{"product":{"code":"...",
 *       "description":"...","image_url":"...","reference":"..."},"quantity":1}, ...]
 * of which only `code` and `quantity` must be there; the others are "" else.
 * Returns 0, and `on_done` comes exactly once; or a negative UV_E*, and it never does:
 * UV_EINVAL when `uuid` is no UUID or the service has no URL, else as http_start(). */
int order_query_start(struct order_query *query, struct http_client *client,
                      const struct order_service *service, const char *uuid,
                      order_event_cb on_event, order_done_cb on_done);

/* Asks it to end: order_done_cb still comes, later, with ORDER_CANCELLED. Does nothing on
 * one that has ended, or on zeroed memory. A query with retries must be cancelled before
 * its client is closed (see http_retry_cancel()). */
void order_query_cancel(struct order_query *query);

#endif
