/* http_setup: everything that curl is told about a request before it starts.
 *
 * In the order of time: */
#include "stage2_http_client/http_setup.h"

#include "lib/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    DEFAULT_MAX_IN_FLIGHT = 100,
    DEFAULT_MAX_QUEUED = 10000,
    DEFAULT_TIMEOUT_MS = 30000,
    DEFAULT_CONNECT_TIMEOUT_MS = 10000,
};

/* What a header's name is made of (RFC 9110, section 5.6.2). */
#define TOKEN                                                                            \
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int request_check(const struct http_request *request);
static bool may_go_anywhere(const char *header);
static const char *method_of(const struct http_request *request);
static bool is_http_url(const char *url);
static bool is_header(const char *text);
static struct curl_slist *copy_headers(const struct http_request *request);
static struct curl_slist *add_header(struct curl_slist *list, const char *header);
static bool has_body(const char *method, size_t length);
static void setup_client(CURL *easy, const struct http_client_options *options);
static void setup_method(CURL *easy, const struct http_setup *setup);
static void setup_limits(CURL *easy, const struct http_setup *setup);
static long or_default(uint64_t number, long fallback);

int http_setup_options(struct http_client_options *options,
                       const struct http_client_options *chosen)
{
    *options = chosen != NULL ? *chosen : (struct http_client_options){0};
    if (options->user_agent == NULL)
        options->user_agent = "async-workshop";
    for (const char *c = options->user_agent; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127) /* it would be sent as it is */
            return UV_EINVAL;
    if (options->max_in_flight == 0)
        options->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
    if (options->max_queued == 0)
        options->max_queued = DEFAULT_MAX_QUEUED;
    return 0;
}

int http_setup_init(struct http_setup *setup, const struct http_request *request)
{
    int status = request_check(request);

    if (status != 0)
        return status;
    *setup = (struct http_setup){
        .url = xstrdup(request->url),
        .method = xstrdup(method_of(request)),
        .headers = copy_headers(request),
        .body = xmalloc(request->body_length + 1),
        .body_length = request->body_length,
        .timeout_ms = request->timeout_ms,
        .connect_timeout_ms = request->connect_timeout_ms,
        .max_redirects = request->max_redirects,
    };
    if (request->body_length > 0)
        memcpy(setup->body, request->body, request->body_length);
    return 0;
}

/* What curl would find out later, or send as it is. */
static int request_check(const struct http_request *request)
{
    const char *method = method_of(request);
    bool good = is_http_url(request->url) && method[0] != '\0' &&
                method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_")] == '\0';

    for (size_t i = 0; good && request->headers != NULL && request->headers[i]; i++)
        good = is_header(request->headers[i]) &&
               (request->max_redirects == 0 || may_go_anywhere(request->headers[i]));
    return good ? 0 : UV_EINVAL;
}

/* A redirect may lead to another host, and curl would send it all headers: a key, too. */
static bool may_go_anywhere(const char *header)
{
    return strncasecmp(header, "Accept", 6) == 0 ||
           strncasecmp(header, "Content-Type:", 13) == 0 ||
           strncasecmp(header, "User-Agent:", 11) == 0;
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

/* curl adds two headers of its own to a body: a Content-Type that nobody has asked for,
 * and for a large one Expect, which costs a second when the server does not know it. */
static struct curl_slist *copy_headers(const struct http_request *request)
{
    struct curl_slist *list = NULL;
    bool has_type = false;

    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
        const char *header = request->headers[i];
        has_type = has_type || strncasecmp(header, "Content-Type:", 13) == 0;
        /* "Name:" would make curl send nothing; with a semicolon it sends an empty value.
         */
        size_t name = strcspn(header, ":");
        bool empty = header[name + 1 + strspn(header + name + 1, " \t")] == '\0';
        char *text = empty ? xasprintf("%.*s;", (int)name, header) : xstrdup(header);
        list = add_header(list, text);
        free(text);
    }
    if (request->body_length > 0)
        list = add_header(list, "Expect:");
    if (!has_type && has_body(method_of(request), request->body_length))
        list = add_header(list, "Content-Type:");
    return list;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(list, header);

    if (longer == NULL)
        abort(); /* out of memory, as in xmalloc() */
    return longer;
}

/* These methods say how long their body is also when there is none (RFC 9110, section
 * 8.6). */
static bool has_body(const char *method, size_t length)
{
    return length > 0 || is_one_of(method, "POST", "PUT", "PATCH");
}

CURL *http_setup_easy(const struct http_setup *setup,
                      const struct http_client_options *options)
{
    CURL *easy = curl_easy_init();

    if (easy == NULL)
        return NULL;
    curl_easy_setopt(easy, CURLOPT_URL, setup->url);
    setup_client(easy, options);
    setup_method(easy, setup);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, setup->headers);
    setup_limits(easy, setup);
    return easy;
}

static void setup_client(CURL *easy, const struct http_client_options *options)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    if (options->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

static void setup_method(CURL *easy, const struct http_setup *setup)
{
    const char *method = setup->method;
    bool with_body = has_body(method, setup->body_length);

    if (with_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)setup->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, setup->body);
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(method, with_body ? "POST" : "GET") != 0) /* curl's own idea */
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    /* When a kept connection turns out to be dead, curl sends the request again by
     * itself. The server may have got the first one: then only an idempotent one may be
     * sent twice. */
    if (!is_one_of(method, "GET", "HEAD", "OPTIONS") &&
        !is_one_of(method, "PUT", "DELETE", "TRACE"))
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

/* A redirect may ask for GET (303), and curl obeys for POST; any other method it would
 * use again in the new place: so those are not followed. */
static void setup_limits(CURL *easy, const struct http_setup *setup)
{
    bool follows =
        setup->max_redirects > 0 && is_one_of(setup->method, "GET", "HEAD", "POST");
    bool is_secure = strncasecmp(setup->url, "https:", 6) == 0;

    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     or_default(setup->timeout_ms, DEFAULT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     or_default(setup->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, follows ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, or_default(setup->max_redirects, 0));
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
                     is_secure ? "https" : "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS,
                     is_secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

/* The number as curl takes it, at most INT_MAX; 0 is the default. */
static long or_default(uint64_t number, long fallback)
{
    if (number == 0)
        return fallback;
    return number < INT_MAX ? (long)number : INT_MAX;
}

void http_setup_deinit(struct http_setup *setup)
{
    curl_slist_free_all(setup->headers);
    free(setup->url);
    free(setup->method);
    free(setup->body);
}
