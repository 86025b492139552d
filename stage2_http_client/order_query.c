#include "stage2_http_client/order_query.h"

#include "lib/memory.h"
#include "stage2_http_client/order_json.h"

#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_TIMEOUT_MS = 10000, MAX_ANSWER = 8 * 1024 * 1024, MAX_PACKAGES = 10000 };

void order_query_init(struct order_query *query, struct http_client *client,
                      const struct order_service *service, const char *uuid,
                      order_event_cb on_event, order_done_cb on_done)
{
    *query = (struct order_query){
        .client = client, .service = *service, .on_event = on_event, .on_done = on_done};
    if (query->service.timeout_ms == 0)
        query->service.timeout_ms = DEFAULT_TIMEOUT_MS;
    query->headers[0] = xasprintf("X-Api-Key: %s", service->api_key);
    query->headers[1] = xasprintf("X-Tenant-Id: %s", service->tenant_id);
    query->headers[2] = xstrdup("Accept: application/json");
    query->url = xasprintf("%s/maestro/v1/orders/%s", service->base_url, uuid);
}

void order_query_free(struct order_query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        json_decref(query->results[i].value);
        free(query->packages[i].url);
    }
    for (size_t i = 0; i < sizeof query->headers / sizeof query->headers[0]; i++)
        free(query->headers[i]);
    free(query->packages);
    free(query->results);
    free(query->url);
}

int order_query_request(struct order_query *query, struct http_retry *request,
                        const char *url, http_retry_done_cb on_done)
{
    struct http_request http = {
        .url = url,
        .headers = (const char *const *)query->headers,
        .timeout_ms = query->service.timeout_ms,
        .max_body = MAX_ANSWER,
    };

    return http_retry_start(request, query->client, &http, &query->service.retry,
                            on_done);
}

bool order_query_read_packages(struct order_query *query,
                               const struct http_response *response)
{
    json_t *uuids = order_json_packages(response->body, response->body_length);

    if (uuids == NULL || json_array_size(uuids) > MAX_PACKAGES) {
        json_decref(uuids);
        return false;
    }
    query->count = json_array_size(uuids);
    query->packages = xcalloc(query->count, sizeof(struct order_package));
    query->results = xcalloc(query->count, sizeof(struct gather_result));
    for (size_t i = 0; i < query->count; i++) {
        struct order_package *package = &query->packages[i];

        package->query = query;
        package->index = i;
        package->url = xasprintf("%s/packages/%s/items", query->url,
                                 json_string_value(json_array_get(uuids, i)));
        snprintf(package->name, sizeof package->name, "package_%zu", i + 1);
    }
    json_decref(uuids);
    return true;
}

void order_query_tell(struct order_query *query, const char *what, const char *event)
{
    if (query->on_event != NULL)
        query->on_event(query, what, event);
}
