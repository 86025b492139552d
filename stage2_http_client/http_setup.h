/* http_setup: one HTTP request in libcurl's options. Given, finished. */
#ifndef STAGE2_HTTP_SETUP_H
#define STAGE2_HTTP_SETUP_H

#include "stage2_http_client/http_client.h"

#include <curl/curl.h>

/* What curl only borrows while the request runs. */
struct http_setup {
    struct curl_slist *headers;
    char *body;
};

/* Makes a handle for `request`, which is copied; borrows the strings of `options`.
 * Gives `*easy` (curl_easy_cleanup() it, then deinit `setup`) and returns 0; or UV_EINVAL when
 * the request is malformed, UV_ENOMEM. */
int http_setup_init(struct http_setup *setup, CURL **easy,
                    const struct http_request *request,
                    const struct http_client_options *options);

/* Frees what the handle has borrowed; the handle must be gone. */
void http_setup_deinit(struct http_setup *setup);

#endif
