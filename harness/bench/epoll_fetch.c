/* epoll_fetch COUNT CAP URL: fetches the URL COUNT times, at most CAP at once, and does
 * nothing that is not needed for it. Prints how many answers had the status 200.
 *
 * The floor for `make bench`: no fetcher on one thread can be much cheaper. A connection
 * is one socket that sends the same bytes again and again; of an answer it looks at the
 * status and at Content-Length. Numeric hosts, Linux only. */
#include "lib/memory.h"
#include "lib/program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { MAX_COUNT = 1000000, EVENTS = 256, MAX_HEAD = 4096 };

struct connection {
    int socket;
    bool asked;                 /* a request is under way */
    char head[MAX_HEAD + 1];    /* of the answer, as far as it has come */
    size_t head_length;         /* bytes */
    unsigned long long to_come; /* bytes of body */
};

static int poller;
static struct sockaddr_in server;
static char request[2048];
static size_t request_length;
static unsigned long long to_start, pending, succeeded;

_Noreturn static void fail(const char *problem)
{
    program_fail("epoll_fetch", problem);
}

/* Watched for reading and writing at once and for good: edge-triggered, it costs
 * nothing. */
static void connection_open(struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                .data.ptr = connection};
    int on = 1;

    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection->socket < 0)
        fail("cannot open another socket: see ulimit -n");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection->socket, (struct sockaddr *)&server, sizeof server) != 0 &&
        errno != EINPROGRESS)
        fail("cannot connect");
    epoll_ctl(poller, EPOLL_CTL_ADD, connection->socket, &event);
}

static void connection_ask(struct connection *connection)
{
    if (connection->asked || to_start == 0)
        return;
    to_start--;
    connection->asked = true;
    connection->head_length = 0;
    connection->to_come = 0;
    if (write(connection->socket, request, request_length) != (ssize_t)request_length)
        fail("cannot send a request");
}

/* Where the body begins in what has come of the head; NULL: not yet. */
static char *connection_head_end(struct connection *connection)
{
    connection->head[connection->head_length] = '\0';
    char *end = strstr(connection->head, "\r\n\r\n");

    return end != NULL ? end + 4 : NULL;
}

static void connection_read_head(struct connection *connection, const char *body)
{
    char *length = strstr(connection->head, "\r\nContent-Length: ");

    if (length == NULL)
        fail("an answer without Content-Length");
    connection->to_come = strtoull(length + 18, NULL, 10);
    connection->to_come -=
        (unsigned long long)(connection->head + connection->head_length - body);
    if (strncmp(connection->head, "HTTP/1.1 200 ", 13) == 0)
        succeeded++;
}

/* Returns whether the answer is whole. */
static bool connection_take(struct connection *connection, const char *bytes,
                            size_t count)
{
    if (connection->to_come > 0) {
        connection->to_come -= count;
        return connection->to_come == 0;
    }
    if (connection->head_length + count > MAX_HEAD)
        fail("the head of an answer is too long");
    memcpy(connection->head + connection->head_length, bytes, count);
    connection->head_length += count;
    char *body = connection_head_end(connection);
    if (body == NULL)
        return false;
    connection_read_head(connection, body);
    return connection->to_come == 0;
}

static void connection_read(struct connection *connection)
{
    char bytes[MAX_HEAD];
    ssize_t count;

    while (connection->asked &&
           (count = read(connection->socket, bytes, sizeof bytes)) != 0) {
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            fail("a connection broke");
        if (connection_take(connection, bytes, (size_t)count)) {
            connection->asked = false;
            pending--;
            connection_ask(connection);
            return;
        }
    }
    if (connection->asked)
        fail("a connection was closed before the answer was whole");
}

static void fetch_all(void)
{
    struct epoll_event events[EVENTS];

    while (pending > 0) {
        int count = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (events[i].events & (EPOLLERR | EPOLLHUP))
                fail("a connection failed");
            if (events[i].events & EPOLLIN)
                connection_read(connection);
            else
                connection_ask(connection);
        }
    }
}

static bool parse_url(const char *url)
{
    char host[16], path[1024] = "/";
    unsigned short port;

    if (sscanf(url, "http://%15[0-9.]:%hu%1023s", host, &port, path) < 2)
        return false;
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    request_length = (size_t)snprintf(request, sizeof request,
                                      "GET %s HTTP/1.1\r\nHost: %s:%hu\r\n"
                                      "User-Agent: epoll_fetch\r\nAccept: */*\r\n\r\n",
                                      path, host, port);
    return inet_pton(AF_INET, host, &server.sin_addr) == 1;
}

int main(int argc, char **argv)
{
    unsigned long long count, cap;

    program_init();
    if (argc != 4 || !parse_whole(argv[1], 1, MAX_COUNT, &count) ||
        !parse_whole(argv[2], 1, MAX_COUNT, &cap) || !parse_url(argv[3]))
        return program_usage("epoll_fetch COUNT CAP http://127.0.0.1:PORT/PATH", NULL);
    if (cap > count)
        cap = count;
    poller = epoll_create1(0);
    to_start = pending = count;
    struct connection *connections = xcalloc((size_t)cap, sizeof *connections);
    for (size_t i = 0; i < cap; i++)
        connection_open(&connections[i]);
    fetch_all();
    free(connections);
    printf("%llu\n", succeeded);
    return PROGRAM_OK;
}
