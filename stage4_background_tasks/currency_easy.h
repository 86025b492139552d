/* currency_easy: stage 2's conversion once more, as a program without a loop does it: a
 * function that returns when the service of rates has answered, and not before.
 *
 * libcurl calls that its easy interface. It is easy: the steps stand one below the other.
 * What it costs is shown by the two servers that use it, currency_blocking and
 * currency_pool. curl_global_init() comes before everything here. */
#ifndef STAGE4_CURRENCY_EASY_H
#define STAGE4_CURRENCY_EASY_H

#include "stage2_http_client/currency.h"
#include "stage3_server/http_server.h"

/* One conversion. A value: it may be copied. */
struct easy_conversion {
    char currency[CURRENCY_CODE_LENGTH + 1];
    struct decimal amount; /* EUR */
    uint64_t timeout_ms;

    int status;            /* HTTP's: 200; 422, 502 or 504, and `problem` says why */
    struct decimal result; /* of the currency, if 200 */
    const char *problem;
};

/* Reads what a client wants of the path, /convert/{currency}/{amount}. False: that is no
 * conversion; the client was told so, and the exchange is answered. */
bool easy_conversion_read(struct easy_conversion *conversion,
                          struct http_exchange *exchange, uint64_t timeout_ms);

/* Asks the service of rates, and converts. It blocks, up to `timeout_ms`: its thread does
 * nothing else meanwhile. It may run on any thread. */
void easy_conversion_run(struct easy_conversion *conversion);

/* Answers with what has come of it, as stage 3's currency_server does, in text. */
void easy_conversion_answer(const struct easy_conversion *conversion,
                            struct http_exchange *exchange);

#endif
