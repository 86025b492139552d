/* hello_server: http_server with one route, GET /json. For `make bench`. */
#include "lib/program.h"
#include "stage3_server/http_server.h"

#include <stdio.h>

static void on_json(struct http_exchange *exchange)
{
    static const char hello[] = "{\"message\":\"Hello, World!\"}";

    http_answer(exchange, 200, "application/json", hello, sizeof hello - 1);
}

/* It serves until it is killed. */
int main(void)
{
    static const struct http_route routes[] = {{"GET", "/json", on_json}, {0}};
    struct http_server server;
    uv_loop_t loop;

    program_init();
    uv_loop_init(&loop);
    http_server_init(&server, &loop, routes, NULL);
    int status = http_server_listen(&server, "127.0.0.1", 0);
    if (status != 0)
        program_fail("hello_server", uv_strerror(status));
    printf("listening on http://127.0.0.1:%u\n", http_server_port(&server));
    return uv_run(&loop, UV_RUN_DEFAULT);
}
