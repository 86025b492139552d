/* Probe: libcurl's multi interface driven by a libuv loop, as stage 2 does it.
 *
 * One loop holds both ends: a listener that answers "ok" to whoever asks, and a
 * transfer that asks it. libcurl says which sockets and how long it waits for; uv_poll
 * and uv_timer do the waiting; curl_multi_socket_action() tells libcurl what came. At
 * the end every handle must be closed, or uv_loop_close() complains. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct probe {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_timer_t timer; /* libcurl's one timer */
    CURLM *multi;
    CURL *easy;
    CURLcode result;
    int finished;
    char body[16];
    size_t body_length;
};

/* One socket of libcurl's that is being watched. */
struct watch {
    uv_poll_t poll;
    curl_socket_t socket;
};

/* One accepted connection of the little server. */
struct peer {
    uv_tcp_t tcp;
    uv_write_t write;
    char request[4096];
    size_t length;
};

static struct probe probe;

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* --- the server ------------------------------------------------------------- */

static void peer_on_close(uv_handle_t *handle)
{
    free(handle->data);
}

static void peer_on_written(uv_write_t *write, int status)
{
    (void)status;
    uv_close((uv_handle_t *)write->handle, peer_on_close);
}

static void peer_on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    struct peer *peer = handle->data;

    (void)hint;
    *buffer = uv_buf_init(peer->request + peer->length,
                          (unsigned)(sizeof peer->request - 1 - peer->length));
}

static void peer_on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                           "Connection: close\r\n\r\nok";
    struct peer *peer = stream->data;

    (void)buffer;
    if (length < 0)
        die("the server lost its connection");
    peer->length += (size_t)length;
    peer->request[peer->length] = '\0';
    if (!strstr(peer->request, "\r\n\r\n"))
        return;
    uv_read_stop(stream);
    uv_buf_t out = uv_buf_init(answer, sizeof answer - 1);
    if (uv_write(&peer->write, stream, &out, 1, peer_on_written))
        die("the server cannot write");
}

static void listener_on_connection(uv_stream_t *listener, int status)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (status || !peer || uv_tcp_init(&probe.loop, &peer->tcp))
        die("the server gets no connection");
    peer->tcp.data = peer;
    if (uv_accept(listener, (uv_stream_t *)&peer->tcp) ||
        uv_read_start((uv_stream_t *)&peer->tcp, peer_on_alloc, peer_on_read))
        die("the server cannot accept");
}

static int listener_start(void)
{
    struct sockaddr_in address;
    int length = sizeof address;

    if (uv_ip4_addr("127.0.0.1", 0, &address) ||
        uv_tcp_init(&probe.loop, &probe.listener) ||
        uv_tcp_bind(&probe.listener, (const struct sockaddr *)&address, 0) ||
        uv_listen((uv_stream_t *)&probe.listener, 1, listener_on_connection) ||
        uv_tcp_getsockname(&probe.listener, (struct sockaddr *)&address, &length))
        die("no port opens on 127.0.0.1");
    return ntohs(address.sin_port);
}

/* --- libcurl on the loop ---------------------------------------------------- */

/* After every curl_multi_socket_action(): otherwise the last completion is missed. */
static void multi_drain(void)
{
    int left;
    CURLMsg *message;

    while ((message = curl_multi_info_read(probe.multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        probe.result = message->data.result; /* the message dies with the removal */
        probe.finished = 1;
        curl_multi_remove_handle(probe.multi, probe.easy);
        uv_close((uv_handle_t *)&probe.listener, NULL);
        uv_close((uv_handle_t *)&probe.timer, NULL);
        return;
    }
}

static void watch_on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int flags = 0;
    int running;

    if (status < 0)
        flags |= CURL_CSELECT_ERR; /* a refused connection comes with no events */
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(probe.multi, watch->socket, flags, &running);
    if (!probe.finished)
        multi_drain();
}

static void timer_on_fire(uv_timer_t *timer)
{
    int running;

    (void)timer;
    curl_multi_socket_action(probe.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    if (!probe.finished)
        multi_drain();
}

/* Called by libcurl: no call back into it from here, only the timer is set. */
static int multi_on_timeout(CURLM *multi, long milliseconds, void *data)
{
    (void)multi;
    (void)data;
    if (uv_is_closing((uv_handle_t *)&probe.timer))
        return 0;
    if (milliseconds < 0)
        return uv_timer_stop(&probe.timer);
    return uv_timer_start(&probe.timer, timer_on_fire, (uint64_t)milliseconds, 0);
}

static void watch_on_close(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watch *watch_create(curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch || uv_poll_init_socket(&probe.loop, &watch->poll, socket))
        die("uv_poll takes no socket of libcurl's");
    watch->poll.data = watch;
    watch->socket = socket;
    curl_multi_assign(probe.multi, socket, watch);
    return watch;
}

static int multi_on_socket(CURL *easy, curl_socket_t socket, int what, void *data,
                           void *socket_data)
{
    struct watch *watch = socket_data;
    int events = 0;

    (void)easy;
    (void)data;
    if (what == CURL_POLL_REMOVE) {
        if (watch) { /* it may come for a socket that was never watched */
            uv_poll_stop(&watch->poll);
            uv_close((uv_handle_t *)&watch->poll, watch_on_close);
            curl_multi_assign(probe.multi, socket, NULL);
        }
        return 0;
    }
    if (!watch)
        watch = watch_create(socket);
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    return uv_poll_start(&watch->poll, events, watch_on_ready);
}

static size_t easy_on_body(char *bytes, size_t size, size_t count, void *data)
{
    size_t length = size * count;

    (void)data;
    if (length > sizeof probe.body - probe.body_length)
        return 0;
    memcpy(probe.body + probe.body_length, bytes, length);
    probe.body_length += length;
    return length;
}

static void transfer_start(int port)
{
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    curl_easy_setopt(probe.easy, CURLOPT_URL, url);
    curl_easy_setopt(probe.easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(probe.easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(probe.easy, CURLOPT_WRITEFUNCTION, easy_on_body);
    curl_multi_setopt(probe.multi, CURLMOPT_SOCKETFUNCTION, multi_on_socket);
    curl_multi_setopt(probe.multi, CURLMOPT_TIMERFUNCTION, multi_on_timeout);
    if (curl_multi_add_handle(probe.multi, probe.easy) != CURLM_OK)
        die("curl_multi_add_handle fails");
}

int main(void)
{
    if (uv_loop_init(&probe.loop) || uv_timer_init(&probe.loop, &probe.timer))
        die("no loop");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    probe.multi = curl_multi_init();
    probe.easy = curl_easy_init();
    if (!probe.multi || !probe.easy)
        die("no libcurl handles");
    transfer_start(listener_start());
    uv_run(&probe.loop, UV_RUN_DEFAULT);

    curl_easy_cleanup(probe.easy);
    curl_multi_cleanup(probe.multi); /* may still let go of sockets: run once more */
    uv_run(&probe.loop, UV_RUN_DEFAULT);
    curl_global_cleanup();
    if (!probe.finished)
        die("the transfer never completed");
    if (probe.result != CURLE_OK)
        die(curl_easy_strerror(probe.result));
    if (probe.body_length != 2 || memcmp(probe.body, "ok", 2) != 0)
        die("the answer arrived damaged");
    if (uv_loop_close(&probe.loop) != 0)
        die("a handle was left open on the loop");
    return 0;
}
