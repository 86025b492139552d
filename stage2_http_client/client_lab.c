/* client_lab STEP...: plays a script on an HTTP client, one step after the other.
 *
 * The tests drive http_client.c with it, and everything that happens is a line. Given,
 * finished. Of the client, before the first URL:
 *   cap=N queue=N ca=FILE
 * Of the requests that follow:
 *   method=NAME header=TEXT body=TEXT timeout=MS connect=MS max=BYTES follow=N
 *   stream              their bodies come in pieces
 *   show=body show=times show=url show=NAME (a header)    what to print at their end
 * What happens:
 *   URL                 starts a request; the first one is call 0
 *   cancel=I wait=I     cancels call I; the loop runs until it has ended
 *   close               closes the client
 *   body:I:STEP         plays STEP when the first piece of call I's body comes (see stream)
 *   done:I:STEP         plays STEP inside the callback of call I's end
 *
 * After the last step the loop runs until nothing is left in it, and the client is closed. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "client_lab STEP...    (the steps are listed in client_lab.c)"

enum { MAX_NUMBER = 2000000000 };

struct call {
    struct lab *lab;
    size_t number;
    struct http_call http;
    bool under_way;
    const char *body_step, *done_step;
};

struct lab {
    uv_loop_t loop;
    struct http_client client;
    struct http_client_options options;
    bool is_initialized, is_closing, is_closed;
    struct http_request request; /* for the URLs that follow */
    const char **headers, **shown;
    size_t header_count, shown_count;
    bool stream;
    struct call *calls;
    size_t count, max_calls;
};

static int lab_step(struct lab *lab, const char *step);
static int lab_set(struct lab *lab, const char *step);
static int lab_set_number(struct lab *lab, const char *step);
static int lab_plan(struct lab *lab, const char *step);
static void lab_start(struct lab *lab, const char *url);
static int call_on_body(struct http_call *http, const char *data, size_t length);
static void call_on_done(struct http_call *http, const struct http_response *response);
static void call_show(struct call *call, const char *what,
                      const struct http_response *response);
static void lab_close_client(struct lab *lab);
static void lab_on_closed(struct http_client *client);
static int lab_close(struct lab *lab);

static void lab_need_client(struct lab *lab)
{
    if (!lab->is_initialized &&
        http_client_init(&lab->client, &lab->loop, &lab->options) != 0)
        program_fail("client_lab", "there is no client");
    lab->is_initialized = true;
}

/* What follows "NAME=", or NULL when the step is another one. */
static const char *value_of(const char *step, const char *name)
{
    size_t length = strlen(name);

    return strncmp(step, name, length) == 0 && step[length] == '=' ? step + length + 1
                                                                   : NULL;
}

/* "NAME=I": the call it speaks of, or NULL. */
static struct call *call_of(struct lab *lab, const char *step, const char *name)
{
    const char *value = value_of(step, name);
    unsigned long long number;

    if (value == NULL || !parse_whole(value, 0, lab->max_calls - 1, &number))
        return NULL;
    return &lab->calls[number];
}

/* Plays one step. 0, or UV_EINVAL when there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    struct call *call;

    if (lab_plan(lab, step) == 0 || lab_set(lab, step) == 0)
        return 0;
    if (strstr(step, "://") != NULL) {
        lab_start(lab, step);
    } else if (strcmp(step, "close") == 0) {
        lab_close_client(lab);
    } else if ((call = call_of(lab, step, "cancel")) != NULL) {
        printf("call %zu is cancelled\n", call->number);
        http_cancel(&call->http);
        puts("http_cancel returned");
    } else if ((call = call_of(lab, step, "wait")) != NULL) {
        while (call->under_way && uv_run(&lab->loop, UV_RUN_ONCE) != 0)
            continue;
    } else {
        return UV_EINVAL;
    }
    return 0;
}

/* The steps that only set something. 0, or UV_EINVAL when it is none of them. */
static int lab_set(struct lab *lab, const char *step)
{
    struct http_request *request = &lab->request;
    const char *value;

    if ((value = value_of(step, "method")) != NULL) {
        request->method = value;
    } else if ((value = value_of(step, "body")) != NULL) {
        request->body = value;
        request->body_length = strlen(value);
    } else if ((value = value_of(step, "header")) != NULL) {
        lab->headers[lab->header_count++] = value;
    } else if ((value = value_of(step, "show")) != NULL) {
        lab->shown[lab->shown_count++] = value;
    } else if ((value = value_of(step, "ca")) != NULL) {
        lab->options.ca_file = value;
    } else if (strcmp(step, "stream") == 0) {
        lab->stream = true;
    } else {
        return lab_set_number(lab, step);
    }
    return 0;
}

static int lab_set_number(struct lab *lab, const char *step)
{
    size_t length = strcspn(step, "=");
    unsigned long long number;

    if (step[length] == '\0' || !parse_whole(step + length + 1, 0, MAX_NUMBER, &number))
        return UV_EINVAL;
    if (value_of(step, "cap") != NULL)
        lab->options.max_in_flight = (size_t)number;
    else if (value_of(step, "queue") != NULL)
        lab->options.max_queued = (size_t)number;
    else if (value_of(step, "timeout") != NULL)
        lab->request.timeout_ms = number;
    else if (value_of(step, "connect") != NULL)
        lab->request.connect_timeout_ms = number;
    else if (value_of(step, "max") != NULL)
        lab->request.max_body = (size_t)number;
    else if (value_of(step, "follow") != NULL)
        lab->request.max_redirects = (unsigned)number;
    else
        return UV_EINVAL;
    return 0;
}

/* "body:I:STEP" and "done:I:STEP": remembered until then. */
static int lab_plan(struct lab *lab, const char *step)
{
    bool is_body = strncmp(step, "body:", 5) == 0;
    char digits[8] = {0};
    unsigned long long number;
    size_t length;

    if (!is_body && strncmp(step, "done:", 5) != 0)
        return UV_EINVAL;
    length = strcspn(step + 5, ":");
    if (length >= sizeof digits || step[5 + length] != ':')
        return UV_EINVAL;
    memcpy(digits, step + 5, length);
    if (!parse_whole(digits, 0, lab->max_calls - 1, &number))
        return UV_EINVAL;
    *(is_body ? &lab->calls[number].body_step : &lab->calls[number].done_step) =
        step + 5 + length + 1;
    return 0;
}

static void lab_start(struct lab *lab, const char *url)
{
    struct call *call = &lab->calls[lab->count];

    lab_need_client(lab);
    call->lab = lab;
    call->number = lab->count++;
    lab->request.url = url;
    lab->request.headers = lab->headers;
    int status = http_start(&call->http, &lab->client, &lab->request,
                            lab->stream ? call_on_body : NULL, call_on_done);
    call->under_way = status == 0;
    printf("call %zu %s%s\n", call->number, status == 0 ? "has started" : "is refused: ",
           status == 0 ? "" : uv_err_name(status));
}

static int call_on_body(struct http_call *http, const char *data, size_t length)
{
    struct call *call = container_of(http, struct call, http);
    const char *step = call->body_step;

    (void)data;
    printf("call %zu, of status %d, receives %zu bytes\n", call->number,
           http_status(http), length);
    call->body_step = NULL;
    if (step != NULL && strcmp(step, "refuse") == 0)
        return UV_ENOSPC;
    if (step != NULL)
        lab_step(call->lab, step);
    return 0;
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
    if (call->done_step != NULL)
        lab_step(lab, call->done_step);
}

static void call_show(struct call *call, const char *what,
                      const struct http_response *response)
{
    const struct http_times *times = &response->times;
    const char *header = http_response_header(response, what);

    if (strcmp(what, "body") == 0)
        printf("call %zu body: %s\n", call->number, response->body);
    else if (strcmp(what, "url") == 0)
        printf("call %zu url: %s\n", call->number, response->url);
    else if (strcmp(what, "times") == 0)
        printf("call %zu times in us: queued %llu connected %llu first byte %llu "
               "done %llu\n",
               call->number, (unsigned long long)times->queued_us,
               (unsigned long long)times->connected_us,
               (unsigned long long)times->first_byte_us,
               (unsigned long long)times->done_us);
    else
        printf("call %zu %s: %s\n", call->number, what, header != NULL ? header : "none");
}

static void lab_close_client(struct lab *lab)
{
    if (lab->is_closing)
        return;
    lab_need_client(lab);
    lab->is_closing = true;
    http_client_close(&lab->client, lab_on_closed);
    puts("http_client_close returned");
}

static void lab_on_closed(struct http_client *client)
{
    container_of(client, struct lab, client)->is_closed = true;
    puts("closed");
}

static int lab_close(struct lab *lab)
{
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    puts("the loop has nothing left to wait for");
    lab_close_client(lab);
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    if (!lab->is_closed)
        program_fail("client_lab", "the client has not said that it is closed");
    return program_close_loop(&lab->loop);
}

int main(int argc, char **argv)
{
    struct lab lab = {.max_calls = (size_t)argc * 2};
    int status = 0, i = 1;

    program_init();
    lab.calls = xcalloc(lab.max_calls, sizeof(struct call));
    lab.headers = xcalloc((size_t)argc + 1, sizeof(char *));
    lab.shown = xcalloc((size_t)argc + 1, sizeof(char *));
    uv_loop_init(&lab.loop);

    while (i < argc && status == 0)
        status = lab_step(&lab, argv[i++]);
    if (lab_close(&lab) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    free(lab.calls);
    free(lab.headers);
    free(lab.shown);
    return status == 0 ? PROGRAM_OK : program_usage(USAGE, "not a step: %s", argv[i - 1]);
}
