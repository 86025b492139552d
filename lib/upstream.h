/* upstream: where the services are that the programs talk to. */
#ifndef LIB_UPSTREAM_H
#define LIB_UPSTREAM_H

enum upstream {
    UPSTREAM_SITES,
    UPSTREAM_RATES,
    UPSTREAM_ORDERS,
    UPSTREAM_JOKES,
    UPSTREAM_TELEPHONY
};

enum { UPSTREAM_URL_SIZE = 512 }; /* bytes, for a URL made of one of these and a path */

/* The base URL of a service, without a slash at the end: what SITES_URL, RATES_URL,
 * ORDERS_URL, JOKES_URL or TELEPHONY_URL in the environment says, else where `make world`
 * has it.
 * Borrowed: valid as long as the program runs. */
const char *upstream_url(enum upstream service);

/* From now on the service is at `url` (without a slash at the end; borrowed as long as
 * the program runs), whatever the environment says. For a program with a configuration.
 */
void upstream_set_url(enum upstream service, const char *url);

/* What to say to a person when a service could not be reached: how to start the world, or
 * which variable says where it is. */
const char *upstream_advice(enum upstream service);

#endif
