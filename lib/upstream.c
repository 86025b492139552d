#include "lib/upstream.h"

#include <stdlib.h>

static const struct {
    const char *variable;
    const char *url;
    const char *advice;
} services[] = {
    [UPSTREAM_SITES] = {"SITES_URL", "http://127.0.0.1:8100",
                        "is the world running (make world)? SITES_URL says where it is"},
    [UPSTREAM_RATES] = {"RATES_URL", "http://127.0.0.1:8102",
                        "is the world running (make world)? RATES_URL says where it is"},
    [UPSTREAM_ORDERS] =
        {"ORDERS_URL", "http://127.0.0.1:8103",
         "is the world running (make world)? ORDERS_URL says where it is"},
    [UPSTREAM_JOKES] = {"JOKES_URL", "http://127.0.0.1:8104",
                        "is the world running (make world)? JOKES_URL says where it is"},
    [UPSTREAM_TELEPHONY] =
        {"TELEPHONY_URL", "http://127.0.0.1:8105",
         "is the world running (make world)? TELEPHONY_URL says where it is"},
};

/* What the program has been told; NULL: nothing. */
static const char *chosen[sizeof services / sizeof *services];

const char *upstream_url(enum upstream service)
{
    const char *url = getenv(services[service].variable);

    if (chosen[service] != NULL)
        return chosen[service];
    return url != NULL && url[0] != '\0' ? url : services[service].url;
}

void upstream_set_url(enum upstream service, const char *url)
{
    chosen[service] = url;
}

const char *upstream_advice(enum upstream service)
{
    return services[service].advice;
}
