/* curl_polling: stands in for curl_loop.c until its gaps are written. Given, finished.
 *
 * It keeps the contract of curl_loop.h in the naive way: every few milliseconds it asks
 * curl whether there is something to do. The transfers do run at once, and nothing
 * blocks; but the processor never rests while one is waited for, and everything is a
 * little late. To be told instead of asking again and again is what the gaps in
 * curl_loop.c are about. (Write 2.9 and 2.11 before you read on: what they need is
 * here, too.) */
#include "stage2_http_client/curl_loop.h"

#include "lib/memory.h"

enum { ASK_EVERY_MS = 4 };

static void ask_on_timer(uv_timer_t *timer);
static void timer_on_closed(uv_handle_t *handle);

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
    return 0;
}

int curl_loop_add(struct curl_loop *curl, CURL *easy)
{
    if (curl_multi_add_handle(curl->multi, easy) != CURLM_OK)
        return UV_ENOMEM;
    if (!uv_is_active((uv_handle_t *)&curl->timer))
        uv_timer_start(&curl->timer, ask_on_timer, 0, ASK_EVERY_MS);
    return 0;
}

static void ask_on_timer(uv_timer_t *timer)
{
    struct curl_loop *curl = container_of(timer, struct curl_loop, timer);
    CURLMsg *message;
    int running, left;

    curl_multi_perform(curl->multi, &running);
    if (running == 0)
        uv_timer_stop(timer);
    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl_multi_remove_handle(curl->multi, easy);
        curl->on_done(curl, easy, code);
    }
}

void curl_loop_remove(struct curl_loop *curl, CURL *easy)
{
    curl_multi_remove_handle(curl->multi, easy);
}

void curl_loop_close(struct curl_loop *curl, curl_loop_closed_cb on_closed)
{
    curl->on_closed = on_closed;
    curl_multi_cleanup(curl->multi);
    uv_close((uv_handle_t *)&curl->timer, timer_on_closed);
}

static void timer_on_closed(uv_handle_t *handle)
{
    struct curl_loop *curl = container_of((uv_timer_t *)handle, struct curl_loop, timer);

    curl_global_cleanup();
    curl->on_closed(curl);
}
