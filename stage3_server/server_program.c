/* server_program: given, finished. A server's life is a loop that runs until a signal has
 * closed everything on it.
 *
 * In the order of time: */
#include "stage3_server/server_program.h"

#include "lib/memory.h"
#include "lib/program.h"
#include "lib/utc_time.h"

#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 8080, MAX_PORT = 65535, MAX_TIMEOUT = 3600 /* seconds */ };

enum { OPTION_HOST = 256, OPTION_PORT, OPTION_TIMEOUT, MAX_OPTIONS = 5 };

enum { HELP_COLUMN = 12 }; /* where the help of an option of its own begins, about */

static void program_on_failure(const struct http_exchange *exchange, int error);
static int program_read_arguments(struct server_program *program, int argc, char **argv);
static int program_read_option(struct server_program *program, const char *usage,
                               int option, const char *value);
static void program_print_help(const struct server_program *program, const char *usage);
static char *program_usage_text(const struct server_program *program);
static void program_listen(struct server_program *program, const char *host,
                           unsigned port);
static void program_watch(struct server_program *program, uv_signal_t *signal, int number,
                          uv_signal_cb on_signal);
static void program_on_interrupt(uv_signal_t *signal, int number);
static void program_on_terminate(uv_signal_t *signal, int number);
static void program_ask(struct server_program *program);
static void program_on_stopped(struct http_server *server);

int server_program_init(struct server_program *program, int argc, char **argv)
{
    program_init();
    int status = program_read_arguments(program, argc, argv);
    if (status != 0)
        return status;
    status = uv_loop_init(&program->loop);
    if (status != 0)
        program_fail(program->name, uv_strerror(status));
    program->started = time(NULL);
    program->started_ms = uv_now(&program->loop);
    struct http_server_options options = {.on_failure = program_on_failure};
    http_server_init(&program->server, &program->loop, program->routes, &options);
    return 0;
}

/* The client is told no more than that it has failed. */
static void program_on_failure(const struct http_exchange *exchange, int error)
{
    fprintf(stderr, "%s: %s %s has failed: %s\n", server_program_of(exchange)->name,
            exchange->request.method, exchange->request.target, uv_strerror(error));
}

static int program_read_arguments(struct server_program *program, int argc, char **argv)
{
    const struct server_option *own = program->option;
    struct option options[MAX_OPTIONS + 1] = {
        {"host", required_argument, NULL, OPTION_HOST},
        {"port", required_argument, NULL, OPTION_PORT},
        {"help", no_argument, NULL, 'h'},
    };
    char letters[] = {':', 'h', own != NULL ? own->letter : '\0', ':', '\0'};
    size_t count = 3;

    if (program->timeout_ms > 0)
        options[count++] =
            (struct option){"timeout", required_argument, NULL, OPTION_TIMEOUT};
    if (own != NULL)
        options[count++] =
            (struct option){own->name, required_argument, NULL, own->letter};
    char *usage = program_usage_text(program);
    int option, status = 0;

    program->host = NULL;
    program->port = -1;
    server_program_listen_at(program, "127.0.0.1", DEFAULT_PORT);
    opterr = 0;
    while (status == 0 &&
           (option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if (option == ':' || option == '?')
            status = program_bad_option(usage, option, argv);
        else
            status = program_read_option(program, usage, option, optarg);
    }
    if (status == 0 && optind < argc)
        status = program_usage(usage, "there is nothing to do with: %s", argv[optind]);
    free(usage);
    return status;
}

static int program_read_option(struct server_program *program, const char *usage,
                               int option, const char *value)
{
    unsigned char address[sizeof(struct in6_addr)];
    unsigned long long port;
    double seconds;

    switch (option) {
    case 'h':
        program_print_help(program, usage);
        exit(PROGRAM_OK);
    case OPTION_HOST:
        if (uv_inet_pton(strchr(value, ':') ? AF_INET6 : AF_INET, value, address) != 0)
            return program_usage(usage, "--host takes an address, in numbers: %s", value);
        program->host = value;
        break;
    case OPTION_PORT:
        if (!parse_whole(value, 0, MAX_PORT, &port))
            return program_usage(usage, "--port takes a number from 0 to %d: %s",
                                 MAX_PORT, value);
        program->port = (int)port;
        break;
    case OPTION_TIMEOUT:
        if (!parse_decimal(value, MAX_TIMEOUT, &seconds) || seconds == 0)
            return program_usage(usage,
                                 "--timeout takes seconds, above 0, at most %d: %s",
                                 MAX_TIMEOUT, value);
        program->timeout_ms = (uint64_t)ceil(seconds * 1000);
        break;
    default:
        *program->option->value = value;
    }
    return 0;
}

/* Gives the text. */
static char *program_usage_text(const struct server_program *program)
{
    const struct server_option *own = program->option;
    char *timeout = xstrdup(""), *more = xstrdup(""), port[16];

    snprintf(port, sizeof port, "%d", DEFAULT_PORT);
    if (program->timeout_ms > 0) {
        free(timeout);
        timeout =
            xasprintf("\n  --timeout SECONDS  wait so long for the service behind it "
                      "(default: %g)",
                      (double)program->timeout_ms / 1000);
    }
    if (own != NULL) {
        free(more);
        more = xasprintf("  -%c, --%s %-*s%s\n", own->letter, own->name,
                         (int)(HELP_COLUMN - strlen(own->name)), own->takes, own->says);
    }
    char *usage = xasprintf(
        "%s [OPTION]...\n%s"
        "  --host ADDRESS     listen there (default: %s)\n"
        "  --port N           on that port (default: %s; 0: any free one)%s\n"
        "  -h, --help         print this",
        program->name, more,
        own != NULL ? "as the configuration says" : "127.0.0.1, this machine only",
        own != NULL ? "as the configuration says" : port, timeout);
    free(timeout);
    free(more);
    return usage;
}

static void program_print_help(const struct server_program *program, const char *usage)
{
    printf("usage: %s\nIt serves:\n", usage);
    for (const struct http_route *route = program->routes; route->method != NULL; route++)
        printf("  %-4s %s\n", route->method, route->pattern);
}

void server_program_listen_at(struct server_program *program, const char *host,
                              unsigned port)
{
    program->default_host = host;
    program->default_port = port;
}

int server_program_run(struct server_program *program)
{
    const char *host = program->host != NULL ? program->host : program->default_host;
    unsigned port = program->port >= 0 ? (unsigned)program->port : program->default_port;
    bool is_v6 = strchr(host, ':') != NULL;

    program_watch(program, &program->interrupt, SIGINT, program_on_interrupt);
    program_watch(program, &program->terminate, SIGTERM, program_on_terminate);
    program_listen(program, host, port);
    printf("listening on http://%s%s%s:%u\n", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
           http_server_port(&program->server));
    uv_run(&program->loop, UV_RUN_DEFAULT);
    if (!program->server.stopping) /* an unfilled gap: nothing listens */
        program_fail(program->name, "the loop has stopped, and nobody had asked it to");
    if (program_close_loop(&program->loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    return PROGRAM_OK;
}

static void program_listen(struct server_program *program, const char *host,
                           unsigned port)
{
    int status = http_server_listen(&program->server, host, port);
    char problem[256];

    if (status == 0)
        return;
    if (status == UV_EADDRINUSE)
        snprintf(problem, sizeof problem,
                 "port %u is taken; --port N takes another one, --port 0 any free one",
                 port);
    else
        snprintf(problem, sizeof problem, "it cannot listen on %s, --port %u: %s", host,
                 port, uv_strerror(status));
    program_fail(program->name, problem);
}

static void program_watch(struct server_program *program, uv_signal_t *signal, int number,
                          uv_signal_cb on_signal)
{
    int status = uv_signal_init(&program->loop, signal);

    if (status == 0)
        status = uv_signal_start(signal, on_signal, number);
    if (status != 0)
        program_fail(program->name, uv_strerror(status));
}

static void program_on_interrupt(uv_signal_t *signal, int number)
{
    (void)number;
    program_ask(container_of(signal, struct server_program, interrupt));
}

static void program_on_terminate(uv_signal_t *signal, int number)
{
    (void)number;
    program_ask(container_of(signal, struct server_program, terminate));
}

/* The second time, what is under way is ended, whether the server was stopping or not. */
static void program_ask(struct server_program *program)
{
    bool again = program->asked;

    program->asked = true;
    if (!again)
        puts("stopping: what is under way is finished; Ctrl-C again ends it at once");
    if (!again && program->on_asked != NULL) {
        program->on_asked(program);
        return;
    }
    if (again && !program->server.stopping)
        server_program_stop(program);
    server_program_stop(program);
    if (again && program->on_hurry != NULL)
        program->on_hurry(program);
}

void server_program_stop(struct server_program *program)
{
    if (!program->server.stopped)
        http_server_stop(&program->server, program_on_stopped);
}

static void program_on_stopped(struct http_server *server)
{
    struct server_program *program = container_of(server, struct server_program, server);

    if (program->on_hurry == NULL)
        server_program_end(program);
    if (program->on_stopped != NULL)
        program->on_stopped(program);
}

void server_program_end(struct server_program *program)
{
    uv_close((uv_handle_t *)&program->interrupt, NULL);
    uv_close((uv_handle_t *)&program->terminate, NULL);
}

struct server_program *server_program_of(const struct http_exchange *exchange)
{
    return container_of(exchange->server, struct server_program, server);
}

/* 2026-11-20T12:00:00Z. Gives it. */
static json_t *json_time(time_t seconds)
{
    char text[UTC_TEXT_SIZE];

    return json_string(utc_to_text((int64_t)seconds * 1000, text));
}

json_t *server_program_info(struct server_program *program)
{
    char host[UV_MAXHOSTNAMESIZE];
    size_t size = sizeof host;
    uint64_t uptime_ms = uv_now(&program->loop) - program->started_ms;
    int status = uv_os_gethostname(host, &size);

    return json_pack("{s:o?, s:o, s:I, s:o}", "host",
                     status == 0 ? json_string(host) : NULL, "started",
                     json_time(program->started), "uptime",
                     (json_int_t)(uptime_ms / 1000), "date", json_time(time(NULL)));
}
