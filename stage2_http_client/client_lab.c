/* client_lab STEP...: plays a script on an HTTP client, one step after the other.
 *
 * The tests drive http_client.c with it, and everything that happens is a line. Given,
 * finished. Of the client, before the first URL:
 *   cap=N queue=N ca=FILE
 * Of the requests that follow (fill: a body of so many bytes; max: of the answer's body):
 *   method=NAME header=TEXT body=TEXT fill=BYTES timeout=MS connect=MS max=BYTES follow=N
 *   stream=yes      the bodies of their answers come in pieces; with `refuse` in place of
 *                   `yes` each piece is answered with UV_ENOSPC
 *   show=WHAT       what to tell at their end: body, url, times, or a header by its name
 * What happens:
 *   URL             starts a request; the first one is call 0
 *   again=I         starts another one with call I, which has ended
 *   cancel=I        cancels call I
 *   close           closes the client
 *   wait=I          the loop runs until call I has ended
 *   on-done=I STEP  plays that step inside the callback of call I's end
 *   on-body=I STEP  plays that step when the first piece of call I's body comes
 *
 * After the last step the loop runs until nothing is left in it, and the client is
 * closed. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "client_lab STEP...    (the steps are listed in client_lab.c)"

/* What a step NAME=VALUE only sets. */
enum {
    CAP,
    QUEUE,
    CA,
    METHOD,
    BODY,
    FILL,
    TIMEOUT,
    CONNECT,
    MAX,
    FOLLOW,
    STREAM,
    SETTINGS
};
static const char *const setting_names[SETTINGS] = {
    "cap",     "queue",   "ca",  "method", "body",  "fill",
    "timeout", "connect", "max", "follow", "stream"};

enum { MAX_NUMBER = 2000000000 };

struct call {
    struct lab *lab;
    size_t number;
    const char *url;
    struct http_call http;
    bool under_way;
    const char *done_step, *body_step;
};

struct lab {
    uv_loop_t loop;
    struct http_client client;
    bool is_open, is_closing, is_closed;
    const char *settings[SETTINGS];
    const char **headers, **shown;
    size_t header_count, shown_count;
    struct call *calls;
    size_t count, max_calls;
    const char **planned; /* the next step is not played now, but kept there */
};

static int lab_step(struct lab *lab, const char *step);
static bool lab_set(struct lab *lab, const char *step);
static bool lab_do(struct lab *lab, const char *step);
static void lab_open(struct lab *lab);
static void lab_start(struct lab *lab, struct call *call);
static int call_on_body(struct http_call *http, const char *data, size_t length);
static void call_on_done(struct http_call *http, const struct http_response *response);
static void call_show(struct call *call, const char *what,
                      const struct http_response *response);
static void call_play(struct call *call, const char **planned);
static void lab_close(struct lab *lab);
static void lab_on_closed(struct http_client *client);

/* Plays one step. 0, or UV_EINVAL when there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    if (lab->planned != NULL) {
        *lab->planned = step;
        lab->planned = NULL;
    } else if (lab_set(lab, step) || lab_do(lab, step)) {
        return 0;
    } else if (strpbrk(step, "/:") != NULL) { /* a URL; it need not be a good one */
        lab->calls[lab->count].url = step;
        lab_start(lab, &lab->calls[lab->count++]);
    } else {
        return UV_EINVAL;
    }
    return 0;
}

/* What follows "NAME=", or NULL when the step is another one. */
static const char *value_of(const char *step, const char *name)
{
    size_t length = strlen(name);
    bool is_it = strncmp(step, name, length) == 0 && step[length] == '=';

    return is_it ? step + length + 1 : NULL;
}

/* The call that "NAME=I" speaks of, or NULL when the step is another one. */
static struct call *call_of(struct lab *lab, const char *step, const char *name)
{
    const char *value = value_of(step, name);
    unsigned long long number;

    if (value == NULL || !parse_whole(value, 0, lab->max_calls - 1, &number))
        return NULL;
    return &lab->calls[number];
}

static bool lab_set(struct lab *lab, const char *step)
{
    const char *value;

    for (size_t i = 0; i < SETTINGS; i++) {
        value = value_of(step, setting_names[i]);
        if (value != NULL) {
            lab->settings[i] = value;
            return true;
        }
    }
    if ((value = value_of(step, "header")) != NULL)
        lab->headers[lab->header_count++] = value;
    else if ((value = value_of(step, "show")) != NULL)
        lab->shown[lab->shown_count++] = value;
    return value != NULL;
}

static bool lab_do(struct lab *lab, const char *step)
{
    struct call *call;

    if (strcmp(step, "close") == 0) {
        lab_close(lab);
    } else if ((call = call_of(lab, step, "again")) != NULL) {
        lab_start(lab, call);
    } else if ((call = call_of(lab, step, "cancel")) != NULL) {
        printf("call %zu is cancelled\n", call->number);
        http_cancel(&call->http);
        puts("http_cancel returned");
    } else if ((call = call_of(lab, step, "wait")) != NULL) {
        while (call->under_way && uv_run(&lab->loop, UV_RUN_ONCE) != 0)
            continue;
    } else if ((call = call_of(lab, step, "on-done")) != NULL) {
        lab->planned = &call->done_step;
    } else if ((call = call_of(lab, step, "on-body")) != NULL) {
        lab->planned = &call->body_step;
    } else {
        return false;
    }
    return true;
}

/* A setting as a number; 0 when it was not set. */
static size_t lab_number(const struct lab *lab, size_t setting)
{
    const char *text = lab->settings[setting];
    unsigned long long number = 0;

    if (text != NULL && !parse_whole(text, 0, MAX_NUMBER, &number))
        program_fail("client_lab", "a setting that must be a number is none");
    return (size_t)number;
}

static void lab_open(struct lab *lab)
{
    struct http_client_options options = {.max_in_flight = lab_number(lab, CAP),
                                          .max_queued = lab_number(lab, QUEUE),
                                          .ca_file = lab->settings[CA]};

    if (!lab->is_open && http_client_init(&lab->client, &lab->loop, &options) != 0)
        program_fail("client_lab", "there is no client");
    lab->is_open = true;
}

static void lab_start(struct lab *lab, struct call *call)
{
    const char *body = lab->settings[BODY];
    size_t fill = lab_number(lab, FILL);
    char *filled = xmalloc(fill);
    struct http_request request = {
        .url = call->url,
        .method = lab->settings[METHOD],
        .headers = lab->headers,
        .body = body != NULL ? body : filled,
        .body_length = body != NULL ? strlen(body) : fill,
        .timeout_ms = lab_number(lab, TIMEOUT),
        .connect_timeout_ms = lab_number(lab, CONNECT),
        .max_body = lab_number(lab, MAX),
        .max_redirects = (unsigned)lab_number(lab, FOLLOW),
    };

    lab_open(lab);
    int status =
        http_start(&call->http, &lab->client, &request,
                   lab->settings[STREAM] != NULL ? call_on_body : NULL, call_on_done);
    free(filled);
    call->under_way = status == 0;
    printf("call %zu %s%s\n", call->number, status == 0 ? "has started" : "is refused: ",
           status == 0 ? "" : uv_err_name(status));
}

static int call_on_body(struct http_call *http, const char *data, size_t length)
{
    struct call *call = container_of(http, struct call, http);

    (void)data;
    printf("call %zu, of status %d, receives %zu bytes\n", call->number,
           http_status(http), length);
    call_play(call, &call->body_step);
    return strcmp(call->lab->settings[STREAM], "refuse") == 0 ? UV_ENOSPC : 0;
}

static void call_on_done(struct http_call *http, const struct http_response *response)
{
    struct call *call = container_of(http, struct call, http);
    struct lab *lab = call->lab;

    call->under_way = false;
    if (response->error != 0)
        printf("call %zu is done: %s: %s\n", call->number, uv_err_name(response->error),
               response->problem);
    else
        printf("call %zu is done: status %d, %zu bytes\n", call->number, response->status,
               response->body_length);
    for (size_t i = 0; i < lab->shown_count; i++)
        call_show(call, lab->shown[i], response);
    call_play(call, &call->done_step);
}

static void call_show(struct call *call, const char *what,
                      const struct http_response *response)
{
    const struct http_times *times = &response->times;
    const char *header = http_response_header(response, what);

    printf("call %zu %s: ", call->number, what);
    if (strcmp(what, "times") == 0)
        printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", times->queued_us,
               times->connected_us, times->first_byte_us, times->done_us);
    else if (strcmp(what, "body") == 0)
        puts(response->body);
    else if (strcmp(what, "url") == 0)
        puts(response->url);
    else
        puts(header != NULL ? header : "none");
}

/* Plays what was planned for now, once. */
static void call_play(struct call *call, const char **planned)
{
    const char *step = *planned;

    *planned = NULL;
    if (step != NULL)
        lab_step(call->lab, step);
}

static void lab_close(struct lab *lab)
{
    if (lab->is_closing)
        return;
    lab_open(lab);
    lab->is_closing = true;
    http_client_close(&lab->client, lab_on_closed);
    puts("http_client_close returned");
}

static void lab_on_closed(struct http_client *client)
{
    container_of(client, struct lab, client)->is_closed = true;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {.max_calls = (size_t)argc};
    int status = 0, i = 1;

    program_init();
    lab.calls = xcalloc(lab.max_calls, sizeof(struct call));
    lab.headers = xcalloc(lab.max_calls, sizeof(char *));
    lab.shown = xcalloc(lab.max_calls, sizeof(char *));
    for (size_t n = 0; n < lab.max_calls; n++)
        lab.calls[n] = (struct call){.lab = &lab, .number = n};
    uv_loop_init(&lab.loop);
    while (i < argc && status == 0)
        status = lab_step(&lab, argv[i++]);

    uv_run(&lab.loop, UV_RUN_DEFAULT);
    puts("the loop has nothing left to wait for");
    lab_close(&lab);
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    if (!lab.is_closed)
        program_fail("client_lab", "the client has not said that it is closed");
    if (program_close_loop(&lab.loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    free(lab.calls);
    free(lab.headers);
    free(lab.shown);
    return status == 0 ? PROGRAM_OK : program_usage(USAGE, "not a step: %s", argv[i - 1]);
}
