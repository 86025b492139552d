/* order_query: what a query of an order is made of. Given, finished: the way that it
 * takes is in orders.c. */
#ifndef STAGE2_ORDER_QUERY_H
#define STAGE2_ORDER_QUERY_H

#include "stage2_http_client/orders.h"

/* One package of the order. */
struct order_package {
    struct order_query *query;
    size_t index;
    char name[32]; /* for on_event */
    char *url;
    struct http_retry request;
    bool requested;
};

/* Fills in a query that was not started: its parameters are those of
 * order_query_start(). */
void order_query_init(struct order_query *query, struct http_client *client,
                      const struct order_service *service, const char *uuid,
                      order_event_cb on_event, order_done_cb on_done);

/* Frees what the query has allocated. */
void order_query_free(struct order_query *query);

/* Starts a request of the query's to `url` (borrowed until `on_done`), with the headers
 * that the service wants. Returns what http_retry_start() says. */
int order_query_request(struct order_query *query, struct http_retry *request,
                        const char *url, http_retry_done_cb on_done);

/* Reads the order's packages out of the answer for it: query->packages, query->count, and
 * query->results for so many. False when the answer is not one. */
bool order_query_read_packages(struct order_query *query,
                               const struct http_response *response);

/* Tells query->on_event, if there is one, of an event. */
void order_query_tell(struct order_query *query, const char *what, const char *event);

#endif
