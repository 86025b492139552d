/* server_lab: http_server with handlers for its tests, and limits that they choose.
 *
 *   GET  /json            a small answer, always the same
 *   GET  /bytes/{count}   so many bytes
 *   ANY  /echo            what has come, as JSON
 *   GET  /late/{name}     is answered when /release/{name} is asked for
 *   GET  /release/{name}  has the oldest that waits by that name answered
 *   GET  /files/{path...} a file of the folder that was named
 *   GET  /pieces/{count}, /shout, /fail/{error}, /empty: see lab_more.h
 *
 * SIGTERM and SIGINT stop the server. What happens is told on stdout, a line each. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage3_server/http_server.h"
#include "stage3_server/lab_more.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COUNT = 64 * 1024 * 1024, SIGNALS = 2 };

static const char usage[] =
    "server_lab [NAME=NUMBER...] [folder=PATH]\n"
    "  port (0: any), connections, idle, head, body, write (ms), max_target, max_head,\n"
    "  max_headers, max_body (bytes)";

struct lab {
    struct http_server server;
    struct http_server_options options;
    unsigned port;
    const char *folder; /* of /files */
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    struct list waiting; /* for /release */
};

/* An answer that is to come later. */
struct late {
    struct list link;
    struct http_exchange *exchange;
    char *name;
};

static struct lab *lab_of(struct http_exchange *exchange)
{
    return container_of(exchange->server, struct lab, server);
}

static void on_json(struct http_exchange *exchange)
{
    static const char hello[] = "{\"message\":\"Hello, World!\"}";

    http_answer(exchange, 200, "application/json", hello, sizeof hello - 1);
}

static void on_bytes(struct http_exchange *exchange)
{
    unsigned long long count;

    if (!parse_whole(http_param(exchange, "count"), 0, MAX_COUNT, &count)) {
        http_answer_error(exchange, 400, "the count is not a number, or too large");
        return;
    }
    char *bytes = xmalloc(count + 1);
    memset(bytes, 'x', count);
    http_answer(exchange, 200, "text/plain; charset=utf-8", bytes, count);
    free(bytes);
}

static json_t *headers_of(const struct http_exchange *exchange)
{
    json_t *headers = json_array();

    for (size_t i = 0; i < exchange->request.header_count; i++)
        json_array_append_new(headers,
                              json_pack("[ss]", exchange->request.headers[i].name,
                                        exchange->request.headers[i].value));
    return headers;
}

static void on_echo(struct http_exchange *exchange)
{
    const struct request_parser *request = &exchange->request;
    char problem[200];
    json_t *json = http_json(exchange, problem, sizeof problem);
    char *query = http_query(exchange, "q"), *form = http_form(exchange, "q");

    json_t *answer =
        json_pack("{s:s,s:s,s:o,s:s%,s:o?,s:s?,s:s?,s:s?}", "method", request->method,
                  "target", request->target, "headers", headers_of(exchange), "body",
                  request->body.data, request->body.length, "json", json, "query", query,
                  "form", form, "host", http_header(exchange, "HOST"));
    if (answer != NULL)
        http_answer_json(exchange, 200, answer);
    else
        http_answer_error(exchange, 400, "not text");
    free(query);
    free(form);
}

/* --- Answers that come later --- */

static void late_free(struct late *late)
{
    list_remove(&late->link);
    free(late->name);
    free(late);
}

static struct late *late_find(struct lab *lab, const struct http_exchange *exchange,
                              const char *name)
{
    for (struct list *link = lab->waiting.next; link != &lab->waiting;
         link = link->next) {
        struct late *late = container_of(link, struct late, link);
        if (late->exchange == exchange || (name != NULL && strcmp(late->name, name) == 0))
            return late;
    }
    return NULL;
}

static void late_on_gone(struct http_exchange *exchange)
{
    struct late *late = late_find(lab_of(exchange), exchange, NULL);

    printf("late %s: the client has gone\n", late->name);
    late_free(late);
    http_answer_text(exchange, 200, "nobody reads this");
}

static void on_late(struct http_exchange *exchange)
{
    struct late *late = xmalloc(sizeof *late);

    late->exchange = exchange;
    late->name = xstrdup(http_param(exchange, "name"));
    list_append(&lab_of(exchange)->waiting, &late->link);
    http_on_gone(exchange, late_on_gone);
    printf("late %s: waits\n", late->name);
}

static void on_release(struct http_exchange *exchange)
{
    struct late *late = late_find(lab_of(exchange), NULL, http_param(exchange, "name"));

    if (late == NULL) {
        http_answer_error(exchange, 404, "nobody waits by that name");
        return;
    }
    struct http_exchange *waiting = late->exchange;
    char *text = xasprintf("late %s", late->name);

    late_free(late); /* before the answer: it may let the next request in */
    http_answer_text(waiting, 200, "%s", text);
    free(text);
    http_answer_text(exchange, 200, "released");
}

static void on_file(struct http_exchange *exchange)
{
    http_answer_file(exchange, lab_of(exchange)->folder, http_param(exchange, "path"));
}

static void lab_on_failure(const struct http_exchange *exchange, int error)
{
    printf("%s has failed: %s\n", exchange->request.target, uv_err_name(error));
}

static const struct http_route routes[] = {
    {"GET", "/json", on_json},
    {"GET", "/bytes/{count}", on_bytes},
    {"GET", "/echo", on_echo},
    {"POST", "/echo", on_echo},
    {"PUT", "/echo/{one}/and/{two}", on_echo},
    {"GET", "/late/{name}", on_late},
    {"GET", "/release/{name}", on_release},
    {"GET", "/files/{path...}", on_file},
    {"GET", "/files/index.html", on_file}, /* never: but its 405 names GET once only */
    {"GET", "/fail/{error}", lab_on_fail},
    {"GET", "/empty", lab_on_empty},
    {"GET", "/pieces/{count}", lab_on_pieces},
    {"GET", "/shout", lab_on_shout},
    {0},
};

/* --- The program --- */

static void lab_on_stopped(struct http_server *server)
{
    struct lab *lab = container_of(server, struct lab, server);

    puts("stopped");
    lab_end_shouts();
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&lab->signals[i], NULL);
}

static void lab_on_signal(uv_signal_t *signal, int number)
{
    struct lab *lab = signal->data;

    (void)number;
    puts("stopping");
    http_server_stop(&lab->server, lab_on_stopped);
}

static bool lab_read_argument(struct lab *lab, const char *argument)
{
    struct http_server_options *options = &lab->options;
    unsigned long long number, port;
    const char *value = strchr(argument, '=');
    const struct {
        const char *name;
        size_t *size;
        uint64_t *ms;
    } known[] = {
        {"connections", &options->max_connections, NULL},
        {"max_target", &options->limits.max_target, NULL},
        {"max_head", &options->limits.max_head, NULL},
        {"max_headers", &options->limits.max_headers, NULL},
        {"max_body", &options->limits.max_body, NULL},
        {"idle", NULL, &options->idle_ms},
        {"head", NULL, &options->head_ms},
        {"body", NULL, &options->body_ms},
        {"write", NULL, &options->write_ms},
    };

    if (value != NULL && strncmp(argument, "folder=", 7) == 0) {
        lab->folder = value + 1;
        return true;
    }
    if (value == NULL || !parse_whole(value + 1, 0, MAX_COUNT, &number))
        return false;
    size_t length = (size_t)(value - argument);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != length ||
            memcmp(known[i].name, argument, length) != 0)
            continue;
        if (known[i].size != NULL)
            *known[i].size = number;
        else
            *known[i].ms = number;
        return true;
    }
    if (length != 4 || memcmp(argument, "port", 4) != 0 ||
        !parse_whole(value + 1, 0, 65535, &port))
        return false;
    lab->port = (unsigned)port;
    return true;
}

int main(int argc, char **argv)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
    struct lab lab = {.folder = ".", .options = {.on_failure = lab_on_failure}};

    program_init();
    for (int i = 1; i < argc; i++)
        if (!lab_read_argument(&lab, argv[i]))
            return program_usage(usage, "not known, or no number: %s", argv[i]);
    uv_loop_init(&lab.loop);
    list_init(&lab.waiting);
    http_server_init(&lab.server, &lab.loop, routes, &lab.options);
    int status = http_server_listen(&lab.server, "127.0.0.1", lab.port);
    if (status != 0)
        program_fail("server_lab", uv_strerror(status));
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&lab.loop, &lab.signals[i]);
        lab.signals[i].data = &lab;
        uv_signal_start(&lab.signals[i], lab_on_signal, numbers[i]);
    }
    printf("listening on http://127.0.0.1:%u\n", http_server_port(&lab.server));
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    return program_close_loop(&lab.loop);
}
