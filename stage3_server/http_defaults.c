#include "stage3_server/http_connection.h"

/* `number`, or `fallback` when it is 0. */
#define OR_DEFAULT(number, fallback) ((number) != 0 ? (number) : (fallback))

struct http_server_options http_server_defaults(const struct http_server_options *chosen)
{
    struct http_server_options all =
        chosen != NULL ? *chosen : (struct http_server_options){0};

    all.limits.max_target = OR_DEFAULT(all.limits.max_target, 8000);
    all.limits.max_head = OR_DEFAULT(all.limits.max_head, 16 * 1024);
    all.limits.max_headers = OR_DEFAULT(all.limits.max_headers, 100);
    all.limits.max_body = OR_DEFAULT(all.limits.max_body, 1024 * 1024);
    all.max_connections = OR_DEFAULT(all.max_connections, 20000);
    all.idle_ms = OR_DEFAULT(all.idle_ms, 60000);
    all.head_ms = OR_DEFAULT(all.head_ms, 10000);
    all.body_ms = OR_DEFAULT(all.body_ms, 30000);
    all.write_ms = OR_DEFAULT(all.write_ms, 30000);
    return all;
}

unsigned http_server_port(const struct http_server *server)
{
    struct sockaddr_storage address = {0};
    int length = sizeof address;

    uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length);
    return ntohs(address.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)&address)->sin6_port
                     : ((struct sockaddr_in *)&address)->sin_port);
}
