/* http_setup: one HTTP request in libcurl's options. Given, finished. */
#ifndef STAGE2_HTTP_SETUP_H
#define STAGE2_HTTP_SETUP_H

#include "stage2_http_client/http_client.h"

#include <curl/curl.h>

/* A request, copied. As long as it is queued this is all it needs: curl's handle would
 * take eight times the memory, so it is made when the request leaves the queue. */
struct http_setup {
    char *url;
    char *method;
    struct curl_slist *headers; /* as curl wants them */
    char *body;
    size_t body_length; /* bytes */
    uint64_t timeout_ms;
    uint64_t connect_timeout_ms;
    unsigned max_redirects;
};

/* Copies what is chosen in `chosen` (may be NULL) into `*options`, with the defaults for
 * what is not. Returns 0; or UV_EINVAL when the User-Agent is malformed. */
int http_setup_options(struct http_client_options *options,
                       const struct http_client_options *chosen);

/* Copies `request`. Returns 0; or UV_EINVAL when it is malformed, and then there is
 * nothing to deinit. */
int http_setup_init(struct http_setup *setup, const struct http_request *request);

/* Gives a handle for the request: curl_easy_cleanup() it. It borrows from `setup`, and
 * the strings of `options`. NULL when there is no memory for it. */
CURL *http_setup_easy(const struct http_setup *setup,
                      const struct http_client_options *options);

/* Frees the copy. */
void http_setup_deinit(struct http_setup *setup);

#endif
