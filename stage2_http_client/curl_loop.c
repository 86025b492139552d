/* curl_loop: three callbacks and a rule.
 *
 * curl asks for a timer (curl_on_timer) and for sockets to be watched (curl_on_socket).
 * When the timer is due or something happens on a socket, we tell it (loop_on_timer,
 * loop_on_socket), and in telling it, it works: it connects, sends, reads. The rule:
 * after every telling, reap what has ended, whatever it was that we told.
 *
 * curl must not be called from its own callbacks; there we only start and stop handles of
 * the loop's.
 *
 * In the order of time: */
#include "stage2_http_client/curl_loop.h"

#include "lib/memory.h"

#include <stdlib.h>

/* One socket that curl wants watched. */
struct watched_socket {
    uv_poll_t poll;
    curl_socket_t number;
    int wanted; /* what curl wants it watched for: CURL_POLL_IN, ... */
    struct curl_loop *curl;
};

static int curl_on_timer(CURLM *multi, long timeout_ms, void *data);
static void loop_on_timer(uv_timer_t *timer);
static int curl_on_socket(CURL *easy, curl_socket_t number, int what, void *data,
                          void *assigned);
static struct watched_socket *socket_create(struct curl_loop *curl, curl_socket_t number);
static int socket_watch(struct watched_socket *watched, int what);
static void loop_on_socket(uv_poll_t *poll, int status, int events);
static void curl_tell(struct curl_loop *curl, curl_socket_t number, int what);
static void curl_reap(struct curl_loop *curl);
static void socket_unwatch(struct watched_socket *watched);
static void socket_on_closed(uv_handle_t *handle);
static void timer_on_closed(uv_handle_t *handle);
static void curl_loop_finish(struct curl_loop *curl);

int curl_loop_init(struct curl_loop *curl, uv_loop_t *loop, curl_loop_done_cb on_done)
{
    *curl = (struct curl_loop){.loop = loop, .on_done = on_done};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return UV_ENOMEM;
    curl->multi = curl_multi_init();
    if (curl->multi == NULL) {
        curl_global_cleanup();
        return UV_ENOMEM;
    }
    uv_timer_init(loop, &curl->timer);
    curl->open_handles = 1;
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, curl_on_timer);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, curl_on_socket);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    return 0;
}

int curl_loop_add(struct curl_loop *curl, CURL *easy)
{
    /* curl answers with a timer of 0 ms, and the transfer begins when that is due. */
    return curl_multi_add_handle(curl->multi, easy) == CURLM_OK ? 0 : UV_ENOMEM;
}

void curl_loop_remove(struct curl_loop *curl, CURL *easy)
{
    curl_multi_remove_handle(curl->multi, easy);
}

/* curl wants to be called in `timeout_ms` at the latest, in place of what it wanted
 * before; -1: it does not care. */
static int curl_on_timer(CURLM *multi, long timeout_ms, void *data)
{
    struct curl_loop *curl = data;

    (void)multi;
    /* TODO 2.7 (orange) Keep curl's timer.
     * It is curl->timer. -1 stops it. Anything else starts it: loop_on_timer is to come
     * once, after so many milliseconds (0 too: then it comes in the loop's next turn). Do
     * not call curl from here. Return 0. */
    (void)curl, (void)timeout_ms, (void)loop_on_timer;
    TODO("2.7");
    return 0;
    /* END 2.7 */
}

static void loop_on_timer(uv_timer_t *timer)
{
    struct curl_loop *curl = container_of(timer, struct curl_loop, timer);

    curl_tell(curl, CURL_SOCKET_TIMEOUT, 0);
}

/* curl wants socket `number` watched for `what`, or no more. `assigned` is our own struct
 * for it; NULL when it is new to us. */
static int curl_on_socket(CURL *easy, curl_socket_t number, int what, void *data,
                          void *assigned)
{
    struct curl_loop *curl = data;
    struct watched_socket *watched = assigned;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        curl_multi_assign(curl->multi, number, NULL);
        if (watched != NULL)
            socket_unwatch(watched);
        return 0;
    }
    if (watched == NULL)
        watched = socket_create(curl, number);
    if (watched == NULL)
        return -1;
    watched->wanted = what;
    return socket_watch(watched, what) == 0 ? 0 : -1;
}

static struct watched_socket *socket_create(struct curl_loop *curl, curl_socket_t number)
{
    struct watched_socket *watched = xmalloc(sizeof *watched);

    watched->curl = curl;
    watched->number = number;
    if (uv_poll_init_socket(curl->loop, &watched->poll, number) != 0) {
        free(watched);
        return NULL;
    }
    curl->open_handles++;
    curl_multi_assign(curl->multi, number, watched);
    return watched;
}

/* CURL_POLL_IN: curl waits for something to read; CURL_POLL_OUT: to be able to write;
 * CURL_POLL_INOUT: for either. */
static int socket_watch(struct watched_socket *watched, int what)
{
    /* TODO 2.8 (orange) Watch what curl wants watched.
     * Translate `what` for libuv: UV_READABLE, UV_WRITABLE, or both of them with |. Then
     * uv_poll_start() the handle watched->poll, with loop_on_socket as its callback; if
     * it is started already, this changes the events. Return what it returned. */
    (void)watched, (void)what, (void)loop_on_socket;
    return TODO("2.8");
    /* END 2.8 */
}

/* A connection that was refused or reset comes as an error, and libuv has stopped the
 * handle. There may be something to read before it, so we start the handle again, and
 * tell curl 0, which means: look for yourself. */
static void loop_on_socket(uv_poll_t *poll, int status, int events)
{
    struct watched_socket *watched = container_of(poll, struct watched_socket, poll);
    int what = 0;

    if (status < 0)
        socket_watch(watched, watched->wanted);
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    curl_tell(watched->curl, watched->number, what);
}

/* Tells curl what has happened on a socket, or that its timer was due. It may call
 * curl_on_socket and curl_on_timer meanwhile; `number` may not be watched any more
 * after. */
static void curl_tell(struct curl_loop *curl, curl_socket_t number, int what)
{
    int running;

    curl_multi_socket_action(curl->multi, number, what, &running);
    curl_reap(curl);
}

/* Takes out of curl what has ended, and reports it. */
static void curl_reap(struct curl_loop *curl)
{
    /* TODO 2.9 (orange) Reap what has ended. All of it.
     * curl_multi_info_read() gives one message after the other, then NULL. In each stand
     * the transfer (easy_handle) and how it ended (data.result). Copy both; take the
     * transfer out with curl_multi_remove_handle(), and the message is gone; then report
     * both to curl->on_done. */
    (void)curl;
    TODO("2.9");
    /* END 2.9 */
}

/* Lets go of a socket. curl may close it at once and get its number again for another. */
static void socket_unwatch(struct watched_socket *watched)
{
    /* TODO 2.10 (orange) Stop watching a socket.
     * socket_unwatch: stop watched->poll, and close it with socket_on_closed. Both here,
     * since curl may close the socket as soon as you return.
     * socket_on_closed: only now may `watched` be freed. One handle less is open then:
     * call curl_loop_finish(), with the curl that you have read out of it before. */
    (void)watched, (void)socket_on_closed;
    TODO("2.10");
}

static void socket_on_closed(uv_handle_t *handle)
{
    (void)handle;
    TODO("2.10");
    /* END 2.10 */
}

/* Cleaning up curl may still call curl_on_socket and curl_on_timer. */
void curl_loop_close(struct curl_loop *curl, curl_loop_closed_cb on_closed)
{
    curl->on_closed = on_closed;
    /* TODO 2.11 (orange) Close in the right order.
     * First curl_multi_cleanup(): it closes the connections, and calls curl_on_socket and
     * curl_on_timer meanwhile, so the handles must still be there. Then the last handle,
     * curl->timer, with timer_on_closed. */
    (void)timer_on_closed;
    TODO("2.11");
    /* END 2.11 */
}

static void timer_on_closed(uv_handle_t *handle)
{
    curl_loop_finish(container_of((uv_timer_t *)handle, struct curl_loop, timer));
}

/* One handle less; the last one is the end. While transfers run sockets come and go, but
 * the timer is open. */
static void curl_loop_finish(struct curl_loop *curl)
{
    curl->open_handles--;
    if (curl->open_handles > 0)
        return;
    curl_global_cleanup();
    curl->on_closed(curl);
}
