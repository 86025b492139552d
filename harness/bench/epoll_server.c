/* epoll_server: answers every request with the same bytes, and does nothing that is not
 * needed for it.
 *
 * The floor for `make bench`: no server on one thread can be much cheaper. It parses
 * nothing; a request is whatever ends with an empty line, and its answer was made before
 * it came. Linux only. */
#define _GNU_SOURCE /* memmem() */
#include "lib/http_date.h"
#include "lib/program.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096, EVENTS = 256, READ_SIZE = 64 * 1024, ANSWERS = 64, ANSWER = 512 };

static int poller, listener;
static char
    answers[ANSWERS * ANSWER]; /* the same one again and again: one write for all */
static size_t answer_length;

static void make_answers(void)
{
    static const char body[] = "{\"message\":\"Hello, World!\"}";
    struct http_date date = {0};

    for (size_t i = 0; i < ANSWERS; i++)
        answer_length = (size_t)snprintf(
            answers + i * answer_length, ANSWER,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
            "Date: %s\r\nConnection: keep-alive\r\n\r\n%s",
            sizeof body - 1, http_date_at(&date, time(NULL)), body);
}

static void watch(int number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = number};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, number, &event) != 0)
        program_fail("epoll_server", "cannot watch another file: see ulimit -n");
}

static void accept_all(void)
{
    int number;

    while ((number = accept(listener, NULL, NULL)) >= 0)
        watch(number);
}

/* How many requests end in these bytes. */
static size_t count_requests(const char *bytes, size_t length)
{
    static const char end[] = "\r\n\r\n";
    size_t count = 0;

    for (const char *at = bytes;
         (at = memmem(at, length - (size_t)(at - bytes), end, sizeof end - 1)) != NULL;
         at += sizeof end - 1)
        count++;
    return count;
}

/* A request that comes in two reads is not looked for: those who measure send none. The
 * socket is blocking, which costs nothing: an answer is far smaller than what the kernel
 * takes at once. */
static void serve_client(int number)
{
    static char bytes[READ_SIZE];
    ssize_t length = read(number, bytes, sizeof bytes);

    if (length <= 0) {
        close(number);
        return;
    }
    size_t count = count_requests(bytes, (size_t)length);
    while (count > 0) {
        size_t now = count < ANSWERS ? count : ANSWERS;

        if (write(number, answers, now * answer_length) < 0)
            return; /* gone: the next read will tell */
        count -= now;
    }
}

static void serve(void)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                accept_all();
            else
                serve_client(events[i].data.fd);
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
        program_fail("epoll_server", "cannot listen on 127.0.0.1");
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
}

int main(void)
{
    program_init();
    make_answers();
    poller = epoll_create1(0);
    listen_on_free_port();
    watch(listener);
    serve();
}
