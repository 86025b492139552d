/* currency: converts an amount of EUR into another currency, at the rate that an
 * exchange-rate service gives.
 *
 * Amounts are decimal numbers, and exact: the one rounding is that of the result, to two
 * places, half a cent or more up. Everything happens on the loop's thread. */
#ifndef STAGE2_CURRENCY_H
#define STAGE2_CURRENCY_H

#include "lib/decimal.h"
#include "stage2_http_client/http_client.h"

enum { CURRENCY_CODE_LENGTH = 3, CURRENCY_PROBLEM_SIZE = 256 };

struct conversion;

/* How a conversion ended. */
enum conversion_outcome {
    CONVERSION_DONE,
    CONVERSION_CANCELLED,        /* conversion_cancel(), or the client was closed */
    CONVERSION_UNKNOWN_CURRENCY, /* the service does not know it */
    CONVERSION_SERVICE_DOWN, /* no connection, a broken one, or a status of an error */
    CONVERSION_TIMEOUT,      /* the service took too long */
    CONVERSION_NOT_JSON,     /* the answer is no JSON object */
    CONVERSION_NO_RATE,      /* there is no rate for the currency in it */
    CONVERSION_BAD_RATE,     /* the rate is no number above 0 */
    CONVERSION_TOO_LONG,     /* the answer is longer than any that is true */
    CONVERSION_OUT_OF_RANGE, /* the result has too many digits */
};

/* It has ended. Exactly once for each conversion_start() that returned 0, from the loop,
 * never inside a function of this header. From its return on the conversion's memory is
 * free for other use. */
typedef void (*conversion_done_cb)(struct conversion *conversion,
                                   enum conversion_outcome outcome);

/* One conversion: the caller's memory, usually a member of the caller's own struct. Read
 * `currency`, `amount`, and in conversion_done_cb `result`, `problem` and
 * `error`. */
struct conversion {
    char currency[CURRENCY_CODE_LENGTH + 1];
    struct decimal amount;               /* EUR */
    struct decimal result;               /* of the currency, if CONVERSION_DONE */
    char problem[CURRENCY_PROBLEM_SIZE]; /* otherwise: why, in one line */
    int error; /* the UV_E* that kept an answer from coming; 0: there was one */

    struct http_call call;
    conversion_done_cb on_done;
};

/* Whether `text` (borrowed) may be the code of a currency: three capital letters (ISO
 * 4217). */
bool currency_is_code(const char *text);

/* Asks the service at `base_url` for the rate of `currency` (both copied), in at most
 * `timeout_ms` (0: 5 s), and converts `amount`. Borrows `conversion` and `client` until
 * `on_done`. Format of the service: GET /latest?base=EUR&symbols=USD ->
 * {"base":"EUR","date":"2026-11-20","rates":{"USD":1.22}}, or, when it fails,
 * {"success":false,"error":{"code":202,"type":"invalid_currency_codes","info":"..."}}.
 * Returns 0, and `on_done` comes exactly once; or a negative UV_E*, and it never does:
 * UV_EINVAL when `currency` is no code or `base_url` no URL, else as http_start(). */
int conversion_start(struct conversion *conversion, struct http_client *client,
                     const char *base_url, const char *currency, struct decimal amount,
                     uint64_t timeout_ms, conversion_done_cb on_done);

/* Asks it to end: conversion_done_cb still comes, later, with CONVERSION_CANCELLED. Does
 * nothing on one that has ended, or on zeroed memory. */
void conversion_cancel(struct conversion *conversion);

#endif
