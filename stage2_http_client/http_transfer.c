/* http_transfer: what curl hands over, within the limits.
 *
 * http_setup.c has told curl what to ask. While the transfer runs, its headers and body
 * come here in pieces; at its end the one error is found that names what failed.
 *
 * In the order of time: */
#include "stage2_http_client/http_transfer.h"

#include "lib/buffer.h"
#include "lib/curl_error.h"
#include "lib/memory.h"
#include "stage2_http_client/http_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_HEADERS = 64 * 1024, /* bytes of the answer's headers */
    DEFAULT_MAX_BODY = 1024 * 1024,
};

struct http_transfer {
    struct http_call *call;
    struct http_setup setup;
    const struct http_client_options *options;
    CURL *easy; /* NULL as long as it is in the queue */

    http_body_cb on_body;
    bool muted;
    bool packed;           /* a streamed body is, although that was not asked for */
    int error;             /* what http_body_cb has returned to end it */
    bool too_long;         /* the answer has passed a limit */
    struct buffer headers; /* "name: value", each followed by a zero byte */
    bool headers_whole;
    struct buffer body;
    size_t received; /* bytes of body, kept or handed on */
    size_t max_body;

    uint64_t started_ns, left_queue_ns;
    char words[CURL_ERROR_SIZE];
};

static size_t transfer_on_header(char *line, size_t one, size_t length, void *data);
static size_t transfer_on_body(char *bytes, size_t one, size_t length, void *data);
static int transfer_error(struct http_transfer *transfer, CURLcode code, int error);
static struct http_times transfer_times(const struct http_transfer *transfer);
static int transfer_status(const struct http_transfer *transfer);
static const char *transfer_header(const struct http_transfer *transfer,
                                   const char *name);

int http_transfer_create(struct http_transfer **transfer, struct http_call *call,
                         const struct http_request *request, http_body_cb on_body,
                         const struct http_client_options *options)
{
    struct http_setup setup;
    int status = http_setup_init(&setup, request);

    if (status != 0)
        return status;
    struct http_transfer *it = *transfer = xmalloc(sizeof **transfer);
    *it = (struct http_transfer){
        .call = call,
        .setup = setup,
        .options = options,
        .on_body = on_body,
        .max_body = request->max_body > 0 ? request->max_body : DEFAULT_MAX_BODY,
        .started_ns = uv_hrtime(),
    };
    buffer_init(&it->body, it->max_body);
    buffer_init(&it->headers, MAX_HEADERS);
    return 0;
}

void http_transfer_begin(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy = http_setup_easy(&transfer->setup, transfer->options);

    transfer->left_queue_ns = uv_hrtime();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
    if (strcmp(transfer->setup.method, "HEAD") != 0)
        curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->max_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, transfer_on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    /* curl does not notice that a packed body was cut off. Who is given the whole body
     * will notice, since it has an end of its own; to who takes it in pieces it must not
     * happen. */
    if (transfer->on_body == NULL)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    http_setup_deinit(&transfer->setup);
    buffer_deinit(&transfer->headers);
    buffer_deinit(&transfer->body);
    free(transfer);
}

CURL *http_transfer_easy(struct http_transfer *transfer)
{
    return transfer->easy;
}

struct http_call *http_transfer_call(CURL *easy)
{
    struct http_transfer *transfer = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return transfer->call;
}

void http_transfer_mute(struct http_transfer *transfer)
{
    transfer->muted = true;
}

/* One line of the head. A redirect has a head of its own, and so has "100 Continue": each
 * begins with HTTP/, and the last one counts. Lines after the body are trailers. */
static size_t transfer_on_header(char *line, size_t one, size_t length, void *data)
{
    struct http_transfer *transfer = data;
    size_t end = length * one;

    while (end > 0 && strchr(" \t\r\n", line[end - 1]) != NULL)
        end--;
    if (end >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buffer_clear(&transfer->headers);
        transfer->headers_whole = false;
    } else if (end == 0) {
        transfer->headers_whole = true;
    } else if (!transfer->headers_whole) {
        transfer->too_long = buffer_append(&transfer->headers, line, end) != 0 ||
                             buffer_append(&transfer->headers, "", 1) != 0;
    }
    return transfer->too_long ? 0 : length * one;
}

static size_t transfer_on_body(char *bytes, size_t one, size_t length, void *data)
{
    struct http_transfer *transfer = data;
    size_t count = length * one;

    if (transfer->muted)
        return 0;
    transfer->packed = transfer->on_body != NULL &&
                       transfer_header(transfer, "Content-Encoding") != NULL;
    if (transfer->packed)
        return 0;
    transfer->received += count;
    transfer->too_long = transfer->received > transfer->max_body;
    if (transfer->too_long)
        return 0;
    if (transfer->on_body != NULL)
        transfer->error = transfer->on_body(transfer->call, bytes, count);
    else
        buffer_append(&transfer->body, bytes, count); /* it takes max_body bytes */
    return transfer->error == 0 ? count : 0;
}

void http_transfer_end(struct http_transfer *transfer, CURLcode code, int error,
                       struct http_response *response)
{
    char *url = transfer->setup.url;

    error = transfer_error(transfer, code, error);
    curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
    *response = (struct http_response){
        .error = error,
        .problem = error != 0 ? transfer->words : "",
        .status = transfer_status(transfer),
        .body = transfer->body.data,
        .body_length = transfer->body.length,
        .url = url,
        .times = transfer_times(transfer),
        .transfer = transfer,
    };
}

/* The one error that names what failed, and its words: what the caller wanted comes
 * before our limits, and those before what curl says. */
static int transfer_error(struct http_transfer *transfer, CURLcode code, int error)
{
    char *words = transfer->words;
    long system_error = 0;

    if (error == 0)
        error = transfer->error;
    if (error != 0) {
        snprintf(words, sizeof transfer->words, "%s", uv_strerror(error));
        return error;
    }
    /* curl is content with half a head; and of too long a line of it, it says this. */
    if (code == CURLE_OK && !transfer->headers_whole) {
        code = CURLE_PARTIAL_FILE;
        snprintf(words, sizeof transfer->words,
                 "the connection was closed before the answer's head was whole");
    }
    if (code == CURLE_OUT_OF_MEMORY && !transfer->headers_whole)
        transfer->too_long = true;
    if (transfer->packed) {
        snprintf(words, sizeof transfer->words, "the answer is packed (%s), unasked",
                 transfer_header(transfer, "Content-Encoding"));
        return UV_EPROTO;
    }
    if (transfer->too_long || code == CURLE_FILESIZE_EXCEEDED) {
        snprintf(words, sizeof transfer->words,
                 "the answer is too long: %zu bytes of body are the most, %d of headers",
                 transfer->max_body, MAX_HEADERS);
        return UV_EFBIG;
    }
    if (words[0] == '\0')
        snprintf(words, sizeof transfer->words, "%s", curl_easy_strerror(code));
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &system_error);
    if (code == CURLE_COULDNT_CONNECT && system_error == 0)
        snprintf(words, sizeof transfer->words,
                 "a connection could not be opened (too many open files? see ulimit -n)");
    return curl_error(code, system_error);
}

/* curl counts from when it was given the request; the caller from http_start(). */
static struct http_times transfer_times(const struct http_transfer *transfer)
{
    struct http_times times = {.done_us = (uv_hrtime() - transfer->started_ns) / 1000};
    curl_off_t connected = 0, secured = 0, first_byte = 0;

    if (transfer->left_queue_ns == 0)
        return times;
    times.queued_us = (transfer->left_queue_ns - transfer->started_ns) / 1000;
    curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
    if (secured > connected)
        connected = secured;
    if (connected > 0 || first_byte > 0)
        times.connected_us = times.queued_us + (uint64_t)connected;
    if (first_byte > 0)
        times.first_byte_us = times.queued_us + (uint64_t)first_byte;
    return times;
}

static int transfer_status(const struct http_transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static const char *transfer_header(const struct http_transfer *transfer, const char *name)
{
    size_t length = strlen(name);

    if (transfer == NULL) /* nothing was ever sent: see http_retry.c */
        return NULL;
    const char *end = transfer->headers.data + transfer->headers.length;

    for (const char *line = transfer->headers.data; line < end; line += strlen(line) + 1)
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
    return NULL;
}

int http_status(const struct http_call *call)
{
    return transfer_status(call->transfer);
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    return transfer_header(response->transfer, name);
}
