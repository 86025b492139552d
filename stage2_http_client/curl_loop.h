/* curl_loop: libcurl's multi interface on a libuv loop.
 *
 * libcurl does not wait, the loop does. curl says which sockets it wants watched and when
 * it wants to be called at the latest; the loop tells it what has happened; and after
 * each such telling curl is asked which transfers have ended. (libcurl's documentation
 * calls it the "multi_socket" API: curl_multi_socket_action, CURLMOPT_SOCKETFUNCTION and
 * CURLMOPT_TIMERFUNCTION.)
 *
 * All of it happens on the loop's thread. */
#ifndef STAGE2_CURL_LOOP_H
#define STAGE2_CURL_LOOP_H

#include <curl/curl.h>
#include <stddef.h>
#include <uv.h>

struct curl_loop;

/* A transfer has ended, with `code`: CURLE_OK or what went wrong. Exactly once for
 * each one that was added and not removed, from the loop, never inside a function of
 * this header. It was taken out of curl before: it may be freed, or added again, right
 * here. */
typedef void (*curl_loop_done_cb)(struct curl_loop *curl, CURL *easy, CURLcode code);

typedef void (*curl_loop_closed_cb)(struct curl_loop *curl);

/* The caller's memory. Leave it alone. */
struct curl_loop {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    size_t open_handles; /* whose close callback has not come: the timer, and sockets */
    curl_loop_done_cb on_done;
    curl_loop_closed_cb on_closed;
};

/* Prepares it. Borrows `curl` and `loop` until it is closed. Without a transfer it
 * does not keep the loop alive. Returns 0 or a negative UV_E*; then there is nothing
 * to close. */
int curl_loop_init(struct curl_loop *curl, uv_loop_t *loop, curl_loop_done_cb on_done);

/* Starts the transfer `easy`, borrowed until it has ended or was removed. Returns 0, and
 * on_done comes exactly once, later; or a negative UV_E*, and it never does. Not to be
 * called from a callback of curl's own (CURLOPT_WRITEFUNCTION and such). */
int curl_loop_add(struct curl_loop *curl, CURL *easy);

/* Stops the transfer `easy`: on_done does not come. Nor may this be called from a
 * callback of curl's own. */
void curl_loop_remove(struct curl_loop *curl, CURL *easy);

/* Closes all connections, then calls `on_closed` from the loop: from there on the memory
 * is free for other use. Every transfer must have ended or been removed. To be called
 * once, and not from on_done. */
void curl_loop_close(struct curl_loop *curl, curl_loop_closed_cb on_closed);

#endif
