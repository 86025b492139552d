/* http_transfer: one HTTP request as libcurl wants it, and what came back.
 *
 * Given, finished: http_client.c decides when a request runs, this module what is asked
 * and what is kept. It knows nothing of loops and queues. */
#ifndef STAGE2_HTTP_TRANSFER_H
#define STAGE2_HTTP_TRANSFER_H

#include "stage2_http_client/http_client.h"

#include <curl/curl.h>

struct http_transfer;

/* Prepares the request of `call` (borrowed until it is destroyed); copies `request`,
 * borrows the strings of `options`. `on_body` as for http_start(). Gives `*transfer` and
 * returns 0; or UV_EINVAL when the request is malformed. */
int http_transfer_create(struct http_transfer **transfer, struct http_call *call,
                         const struct http_request *request, http_body_cb on_body,
                         const struct http_client_options *options);

/* Frees it. curl must have done with it (see curl_loop.h). */
void http_transfer_destroy(struct http_transfer *transfer);

/* The handle to give to curl: the transfer's. NULL before it has begun, or when there was
 * no memory for it (curl_loop_add() refuses that). */
CURL *http_transfer_easy(struct http_transfer *transfer);

/* The call whose transfer `easy` is. */
struct http_call *http_transfer_call(CURL *easy);

/* It leaves the queue now: makes its handle. */
void http_transfer_begin(struct http_transfer *transfer);

/* Nothing of the answer is wanted any more: http_body_cb does not come again. */
void http_transfer_mute(struct http_transfer *transfer);

/* Describes its end: by `code`, CURLE_OK or what curl said; or, when it is not 0, by
 * `error`, a negative UV_E*. The pointers in `response` are the transfer's. */
void http_transfer_end(struct http_transfer *transfer, CURLcode code, int error,
                       struct http_response *response);

#endif
