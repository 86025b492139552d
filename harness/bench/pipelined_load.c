/* pipelined_load CONNECTIONS DEPTH SECONDS URL: sends DEPTH requests at once on each
 * connection, again and again, as soon as all their answers have come. Prints how many
 * answers have come, and in how many nanoseconds.
 *
 * For `make bench`: wrk costs more than the servers that it would have to measure here.
 * All answers are as long as the first one, so they are counted by their bytes; each
 * that ends a round is looked at, to see that it is one. Numeric hosts, Linux only. */
#include "lib/memory.h"
#include "lib/program.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1000, MAX_DEPTH = 32, MAX_SECONDS = 60, EVENTS = 256 };
enum { READ_SIZE = 64 * 1024, MAX_REQUEST = 512 };

struct connection {
    int socket;
    size_t to_come; /* bytes of answers */
};

static const char good[] = "HTTP/1.1 200 ";
static int poller;
static struct sockaddr_in server;
static char requests[MAX_DEPTH * MAX_REQUEST];
static size_t request_length, answer_length;
static unsigned long long depth, answers;
static char bytes[READ_SIZE];

_Noreturn static void fail(const char *problem)
{
    program_fail("pipelined_load", problem);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int connect_to_server(void)
{
    int number = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    if (number < 0 || connect(number, (struct sockaddr *)&server, sizeof server) != 0)
        fail("cannot connect");
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return number;
}

/* Asks once. The server that is measured sends a small answer as a whole. */
static void learn_answer(void)
{
    int number = connect_to_server();

    if (write(number, requests, request_length) != (ssize_t)request_length)
        fail("cannot send a request");
    ssize_t length = read(number, bytes, sizeof bytes);
    if (length < (ssize_t)sizeof good || memcmp(bytes, good, sizeof good - 1) != 0)
        fail("the answer is not 200");
    answer_length = (size_t)length;
    close(number);
}

/* The socket is blocking: the kernel takes so little at once. */
static void connection_ask(struct connection *connection)
{
    size_t length = depth * request_length;

    if (write(connection->socket, requests, length) != (ssize_t)length)
        fail("cannot send requests");
    connection->to_come = depth * answer_length;
}

static void connection_read(struct connection *connection)
{
    ssize_t length = read(connection->socket, bytes, sizeof bytes);

    if (length <= 0 || (size_t)length > connection->to_come)
        fail("an answer is missing, or not as long as the first one");
    connection->to_come -= (size_t)length;
    if (connection->to_come > 0)
        return;
    if ((size_t)length >= answer_length &&
        memcmp(bytes + (size_t)length - answer_length, good, sizeof good - 1) != 0)
        fail("an answer is not 200, or not as long as the first one");
    answers += depth;
    connection_ask(connection);
}

static void load(uint64_t duration_ns)
{
    struct epoll_event events[EVENTS];
    uint64_t begun = now_ns(), now = begun;

    while (now - begun < duration_ns) {
        int count = epoll_wait(poller, events, EVENTS, 1000);

        for (int i = 0; i < count; i++)
            connection_read(events[i].data.ptr);
        now = now_ns();
    }
    printf("%llu %llu\n", answers, (unsigned long long)(now - begun));
}

static bool read_url(const char *url)
{
    char host[64], path[256];
    unsigned port;

    if (sscanf(url, "http://%63[0-9.]:%u%255s", host, &port, path) != 3 || port > 65535)
        return false;
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)port);
    request_length =
        (size_t)snprintf(requests, MAX_REQUEST, "GET %s HTTP/1.1\r\nHost: %s:%u\r\n\r\n",
                         path, host, port);
    for (size_t i = 1; i < MAX_DEPTH; i++)
        memcpy(requests + i * request_length, requests, request_length);
    return inet_pton(AF_INET, host, &server.sin_addr) == 1;
}

int main(int argc, char **argv)
{
    unsigned long long count, seconds;

    program_init();
    if (argc != 5 || !parse_whole(argv[1], 1, MAX_CONNECTIONS, &count) ||
        !parse_whole(argv[2], 1, MAX_DEPTH, &depth) ||
        !parse_whole(argv[3], 1, MAX_SECONDS, &seconds) || !read_url(argv[4]))
        return program_usage("pipelined_load CONNECTIONS DEPTH SECONDS URL", NULL);
    learn_answer();
    poller = epoll_create1(0);
    struct connection *connections = xcalloc(count, sizeof *connections);
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};

        connections[i].socket = connect_to_server();
        epoll_ctl(poller, EPOLL_CTL_ADD, connections[i].socket, &event);
        connection_ask(&connections[i]);
    }
    load(seconds * 1000000000);
    free(connections);
    return PROGRAM_OK;
}
