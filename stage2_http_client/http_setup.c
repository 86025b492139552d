/* http_setup: everything that curl is told about a request before it starts.
 *
 * In the order of time: */
#include "stage2_http_client/http_setup.h"

#include "lib/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEFAULT_TIMEOUT_MS = 30000, DEFAULT_CONNECT_TIMEOUT_MS = 10000 };

/* What a header's name is made of (RFC 9110, section 5.6.2). */
#define TOKEN                                                                            \
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int request_check(const struct http_request *request);
static const char *method_of(const struct http_request *request);
static bool is_http_url(const char *url);
static bool is_header(const char *text);
static void setup_client(CURL *easy, const struct http_client_options *options);
static void setup_method(struct http_setup *setup, CURL *easy,
                         const struct http_request *request);
static void setup_headers(struct http_setup *setup, CURL *easy,
                          const struct http_request *request);
static void setup_limits(CURL *easy, const struct http_request *request);

int http_setup_init(struct http_setup *setup, CURL **easy,
                    const struct http_request *request,
                    const struct http_client_options *options)
{
    int status = request_check(request);

    if (status != 0)
        return status;
    *setup = (struct http_setup){0};
    *easy = curl_easy_init();
    if (*easy == NULL)
        return UV_ENOMEM;
    curl_easy_setopt(*easy, CURLOPT_URL, request->url);
    setup_client(*easy, options);
    setup_method(setup, *easy, request);
    setup_headers(setup, *easy, request);
    setup_limits(*easy, request);
    return 0;
}

/* What curl would find out later, or send as it is. */
static int request_check(const struct http_request *request)
{
    const char *method = method_of(request);
    bool good = is_http_url(request->url) && method[0] != '\0' &&
                method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_")] == '\0';

    for (size_t i = 0; good && request->headers != NULL && request->headers[i]; i++)
        good = is_header(request->headers[i]);
    return good ? 0 : UV_EINVAL;
}

static const char *method_of(const struct http_request *request)
{
    return request->method != NULL ? request->method : "GET";
}

static bool is_one_of(const char *method, const char *a, const char *b, const char *c)
{
    return strcmp(method, a) == 0 || strcmp(method, b) == 0 || strcmp(method, c) == 0;
}

static bool is_http_url(const char *url)
{
    CURLU *parser = curl_url();
    char *scheme = NULL;
    bool good = parser != NULL && url != NULL &&
                curl_url_set(parser, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parser, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

    curl_free(scheme);
    curl_url_cleanup(parser);
    return good;
}

/* "Name: value" on one line. */
static bool is_header(const char *text)
{
    size_t name = strspn(text, TOKEN);

    return name > 0 && text[name] == ':' && text[strcspn(text, "\r\n")] == '\0';
}

static void setup_client(CURL *easy, const struct http_client_options *options)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all that curl can unpack */
    if (options->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static void setup_method(struct http_setup *setup, CURL *easy,
                         const struct http_request *request)
{
    const char *method = method_of(request);
    /* These say how long their body is also when there is none (RFC 9110, section 8.6). */
    bool has_body = request->body_length > 0 || is_one_of(method, "POST", "PUT", "PATCH");

    if (has_body) {
        setup->body = xmalloc(request->body_length + 1);
        if (request->body_length > 0)
            memcpy(setup->body, request->body, request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, setup->body);
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(method, has_body ? "POST" : "GET") != 0) /* curl's own idea */
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    /* When a kept connection turns out to be dead, curl sends the request again by itself. The
     * server may have got the first one: then only an idempotent one may be sent twice. */
    if (!is_one_of(method, "GET", "HEAD", "OPTIONS") &&
        !is_one_of(method, "PUT", "DELETE", "TRACE"))
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

/* curl adds two headers of its own to a body: a Content-Type that nobody has asked for, and
 * for a large one Expect, which costs a second when the server does not know it. */
static void setup_headers(struct http_setup *setup, CURL *easy,
                          const struct http_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    bool has_type = false;

    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
        const char *header = request->headers[i];
        has_type = has_type || strncasecmp(header, "Content-Type:", 13) == 0;
        /* "Name:" would make curl send nothing; with a semicolon it sends an empty value. */
        size_t name = strcspn(header, ":");
        bool empty = header[name + 1 + strspn(header + name + 1, " \t")] == '\0';
        char *text = empty ? xasprintf("%.*s;", (int)name, header) : xstrdup(header);
        list = curl_slist_append(list, text);
        free(text);
    }
    if (!has_type)
        list = curl_slist_append(list, "Content-Type:");
    setup->headers = list;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

/* A redirect may ask for GET (303), and curl obeys for POST; any other method it would use
 * again in the new place: so those are not followed. */
static void setup_limits(CURL *easy, const struct http_request *request)
{
    uint64_t timeout = request->timeout_ms, connect = request->connect_timeout_ms;
    bool follows = request->max_redirects > 0 &&
                   is_one_of(method_of(request), "GET", "HEAD", "POST");

    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(timeout > 0 ? timeout : DEFAULT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(connect > 0 ? connect : DEFAULT_CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, follows ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)request->max_redirects);
}

void http_setup_deinit(struct http_setup *setup)
{
    curl_slist_free_all(setup->headers);
    free(setup->body);
}
