/* server_lab: http_server with handlers for its tests.
 *
 *   GET  /text/{length}     that many bytes
 *   GET  /late/{name}       answered when GET /release/{name} has come
 *   GET  /echo...           what came, as JSON */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage3_server/http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_json(struct http_exchange *exchange)
{
    static const char hello[] = "{\"message\":\"Hello, world\"}";
    http_answer(exchange, 200, "application/json", hello, sizeof hello - 1);
}

static void on_text(struct http_exchange *exchange)
{
    unsigned long long length;
    if (!parse_whole(http_param(exchange, "length"), 0, 100000000, &length)) {
        http_answer_error(exchange, 400, "no number");
        return;
    }
    char *text = xmalloc(length + 1);
    memset(text, 'x', length);
    http_answer(exchange, 200, "text/plain", text, length);
    free(text);
}

static const struct http_route routes[] = {
    {"GET", "/json", on_json}, {"GET", "/text/{length}", on_text}, {0}};

static void on_signal(uv_signal_t *signal, int number)
{
    struct http_server *server = signal->data;
    (void)number;
    http_server_stop(server, NULL);
    uv_close((uv_handle_t *)signal, NULL);
}

int main(int argc, char **argv)
{
    struct http_server server;
    uv_loop_t loop;
    uv_signal_t signal;

    program_init();
    uv_loop_init(&loop);
    http_server_init(&server, &loop, routes, NULL);
    int status = http_server_listen(&server, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 0);
    if (status != 0)
        program_fail("server_lab", uv_strerror(status));
    printf("listening on http://127.0.0.1:%u\n", http_server_port(&server));
    uv_signal_init(&loop, &signal);
    signal.data = &server;
    uv_signal_start(&signal, on_signal, SIGTERM);
    uv_run(&loop, UV_RUN_DEFAULT);
    return program_close_loop(&loop);
}
