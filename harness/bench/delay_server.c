/* delay_server MS: answers every request MS milliseconds after it has arrived whole.
 *
 * For `make bench`: it must cost as little as can be, so that what is measured is who
 * asks. The delay is the same for all, so the connections that wait stand in one queue in
 * the order of their deadlines, and one timer, for the first of them, does; it is one of
 * the kernel's, which is exact where epoll's own counts in milliseconds. Linux only. */
#include "lib/memory.h"
#include "lib/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096, MAX_DELAY_MS = 60000, EVENTS = 256, BODY = 1024 };

struct connection {
    int socket;
    unsigned matched; /* how much of the empty line that ends a request has come */
    bool waiting;     /* in the queue: the request has come, the answer is due later */
    bool gone;        /* the client has left; the queue still knows the connection */
    uint64_t due_ns;
    struct connection *next;
};

static int poller, listener, timer;
static uint64_t delay_ns;
static struct connection *first, *last;
static char answer[BODY + 256];
static size_t answer_length;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void watch(int number, void *context)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = context};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, number, &event) != 0)
        program_fail("delay_server", "cannot watch another file: see ulimit -n");
}

static void timer_set(uint64_t due_ns)
{
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due_ns / 1000000000),
                                         .tv_nsec = (long)(due_ns % 1000000000)}};

    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void connection_close(struct connection *connection)
{
    close(connection->socket);
    connection->gone = true;
    if (!connection->waiting)
        free(connection);
}

/* The sockets stay blocking: one is read when there is something to read, and an answer
 * is far smaller than what the kernel takes at once. */
static void accept_all(void)
{
    int number;

    while ((number = accept(listener, NULL, NULL)) >= 0) {
        struct connection *connection = xmalloc(sizeof *connection);

        connection->socket = number;
        watch(number, connection);
    }
}

static void connection_wait(struct connection *connection)
{
    connection->waiting = true;
    connection->due_ns = now_ns() + delay_ns;
    connection->next = NULL;
    if (first != NULL) {
        last->next = connection;
    } else {
        first = connection;
        timer_set(connection->due_ns);
    }
    last = connection;
}

/* A request is whole at its empty line: none has a body. */
static void connection_read(struct connection *connection)
{
    static const char end[] = "\r\n\r\n";
    char bytes[4096];
    ssize_t count = read(connection->socket, bytes, sizeof bytes);

    if (count <= 0) {
        connection_close(connection);
        return;
    }
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] != end[connection->matched])
            connection->matched = 0;
        if (bytes[i] == end[connection->matched])
            connection->matched++;
        if (end[connection->matched] == '\0') {
            connection->matched = 0;
            connection_wait(connection);
        }
    }
}

/* Whoever has left meanwhile is found out when reading. */
static void answer_all_due(void)
{
    uint64_t now = now_ns();

    while (first != NULL && first->due_ns <= now) {
        struct connection *connection = first;

        first = connection->next;
        connection->waiting = false;
        if (connection->gone)
            free(connection);
        else
            send(connection->socket, answer, answer_length, 0);
    }
    if (first != NULL)
        timer_set(first->due_ns);
}

static void timer_on_due(void)
{
    uint64_t times;

    if (read(timer, &times, sizeof times) > 0)
        answer_all_due();
}

static void serve(void)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &listener)
                accept_all();
            else if (events[i].data.ptr == &timer)
                timer_on_due();
            else
                connection_read(events[i].data.ptr);
        }
    }
}

static void listen_on_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* they inherit it */
    if (bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        program_fail("delay_server", "cannot listen on 127.0.0.1");
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
}

int main(int argc, char **argv)
{
    unsigned long long delay_ms;

    program_init();
    if (argc != 2 || !parse_whole(argv[1], 0, MAX_DELAY_MS, &delay_ms))
        return program_usage("delay_server MS", NULL);
    delay_ns = delay_ms * 1000000;
    answer_length = (size_t)snprintf(answer, sizeof answer,
                                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                     "Content-Length: %d\r\n\r\n%*s",
                                     BODY, BODY, "\n");
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    listen_on_free_port();
    watch(listener, &listener);
    watch(timer, &timer);
    serve();
}
