/* pipelined_load CONNECTIONS DEPTH SECONDS URL: sends DEPTH requests at once on each
 * connection, again and again, as soon as all their answers have come. Prints how many
 * answers have come, and in how many nanoseconds.
 *
 * For `make bench`: it must cost less than the servers that it measures. So it parses one
 * answer only, the first. All others are as long, and are counted by their bytes; of each
 * round the beginning is looked at, and that of the last answer, to see that they are
 * where an answer must begin.
 *
 * And it sleeps seldom: to be woken for each answer would cost both sides more than the
 * answer. The connections are served in two halves. While one is being read and asked
 * anew the server has the other to work on; when there is nothing to read, it waits for
 * the answer that was asked for last, and finds the others there already. Numeric hosts.
 */
#define _GNU_SOURCE /* strcasestr() */
#include "lib/memory.h"
#include "lib/program.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1000, MAX_DEPTH = 32, MAX_SECONDS = 60, LONGEST_WAIT_S = 10 };
enum { READ_SIZE = 64 * 1024, MAX_REQUEST = 512 };

struct connection {
    int socket;
    size_t to_come; /* bytes of answers */
};

static const char good[] = "HTTP/1.1 200 ";
static const char length_name[] = "\r\nContent-Length: ";
static struct sockaddr_in server;
static char requests[MAX_DEPTH * MAX_REQUEST];
static size_t request_length, answer_length;
static struct connection *connections;
static unsigned long long count, depth, answers;
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
    struct timeval longest = {.tv_sec = LONGEST_WAIT_S};

    if (number < 0 || connect(number, (struct sockaddr *)&server, sizeof server) != 0)
        fail("cannot connect");
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    return number;
}

/* How long the answer is of which `bytes` are the beginning; 0: its head is not whole. */
static size_t whole_length(void)
{
    const char *end = strstr(bytes, "\r\n\r\n");
    const char *length = strcasestr(bytes, length_name);

    if (end == NULL)
        return 0;
    if (memcmp(bytes, good, sizeof good - 1) != 0 || length == NULL || length > end)
        fail("the answer is not 200, or does not say how long it is");
    return (size_t)(end + 4 - bytes) + strtoul(length + sizeof length_name - 1, NULL, 10);
}

/* Asks once, and reads the answer as a whole. */
static void learn_answer(void)
{
    int number = connect_to_server();
    size_t come = 0;

    if (write(number, requests, request_length) != (ssize_t)request_length)
        fail("cannot send a request");
    do {
        ssize_t length = read(number, bytes + come, sizeof bytes - 1 - come);
        if (length <= 0)
            fail("the answer is missing, or too long");
        come += (size_t)length;
        bytes[come] = '\0';
        answer_length = whole_length();
    } while (answer_length == 0 || come < answer_length);
    if (come > answer_length)
        fail("more has come than an answer");
    close(number);
}

/* An answer begins at `at`, of which `length` bytes have come. */
static void expect_answer(const char *at, size_t length)
{
    if (length > sizeof good - 1)
        length = sizeof good - 1;
    if (memcmp(at, good, length) != 0)
        fail("an answer is not 200, or not as long as the first one");
}

/* The socket is blocking: the kernel takes so little at once. */
static void connection_ask(struct connection *connection)
{
    size_t length = depth * request_length;

    if (write(connection->socket, requests, length) != (ssize_t)length)
        fail("cannot send requests");
    connection->to_come = depth * answer_length;
}

/* Reads all answers of a round. */
static void connection_read(struct connection *connection)
{
    size_t whole = depth * answer_length, length;

    do {
        ssize_t come = read(connection->socket, bytes, sizeof bytes);
        length = (size_t)come;
        if (come <= 0 || length > connection->to_come)
            fail("an answer is missing, or not as long as the first one");
        if (connection->to_come == whole)
            expect_answer(bytes, length);
        connection->to_come -= length;
    } while (connection->to_come > 0);
    if (length >= answer_length)
        expect_answer(bytes + length - answer_length, answer_length);
    answers += depth;
}

/* A round of those before `end`, from `first` on. */
static void load_some(struct connection *first, struct connection *end)
{
    struct connection *last = end - 1;

    connection_read(last);
    for (; first < last; first++) {
        connection_read(first);
        connection_ask(first);
    }
    connection_ask(last);
}

static void load(uint64_t duration_ns)
{
    uint64_t begun = now_ns(), now = begun;
    struct connection *middle = connections + count / 2, *end = connections + count;

    while (now - begun < duration_ns) {
        if (middle > connections)
            load_some(connections, middle);
        load_some(middle, end);
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
    unsigned long long seconds;

    program_init();
    if (argc != 5 || !parse_whole(argv[1], 1, MAX_CONNECTIONS, &count) ||
        !parse_whole(argv[2], 1, MAX_DEPTH, &depth) ||
        !parse_whole(argv[3], 1, MAX_SECONDS, &seconds) || !read_url(argv[4]))
        return program_usage("pipelined_load CONNECTIONS DEPTH SECONDS URL", NULL);
    learn_answer();
    connections = xcalloc(count, sizeof *connections);
    for (size_t i = 0; i < count; i++) {
        connections[i].socket = connect_to_server();
        connection_ask(&connections[i]);
    }
    load(seconds * 1000000000);
    free(connections);
    return PROGRAM_OK;
}
