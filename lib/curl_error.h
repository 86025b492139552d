/* curl_error: libcurl's errors as this project's. */
#ifndef LIB_CURL_ERROR_H
#define LIB_CURL_ERROR_H

#include <curl/curl.h>

/* The negative UV_E* for `code`, 0 for CURLE_OK. `system_error` is the errno behind it
 * (CURLINFO_OS_ERRNO), 0 when there is none. */
int curl_error(CURLcode code, long system_error);

#endif
