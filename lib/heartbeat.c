#include "lib/heartbeat.h"

#include "lib/memory.h"

#include <stdio.h>

static void measure_silence(struct heartbeat *heartbeat)
{
    uint64_t now = uv_hrtime() / 1000000;
    uint64_t silence = now - heartbeat->last_beat;

    if (silence > heartbeat->longest_silence)
        heartbeat->longest_silence = silence;
    heartbeat->last_beat = now;
}

static void heartbeat_on_timer(uv_timer_t *timer)
{
    struct heartbeat *heartbeat = container_of(timer, struct heartbeat, timer);

    heartbeat->beats++;
    measure_silence(heartbeat);
    if (heartbeat->aloud)
        printf("heartbeat %u\n", heartbeat->beats);
}

void heartbeat_start(struct heartbeat *heartbeat, uv_loop_t *loop, uint64_t period,
                     bool aloud)
{
    *heartbeat = (struct heartbeat){
        .last_beat = uv_hrtime() / 1000000,
        .aloud = aloud,
    };
    uv_timer_init(loop, &heartbeat->timer);
    uv_timer_start(&heartbeat->timer, heartbeat_on_timer, period, period);
    uv_unref((uv_handle_t *)&heartbeat->timer);
}

uint64_t heartbeat_stop(struct heartbeat *heartbeat)
{
    uv_timer_stop(&heartbeat->timer);
    measure_silence(heartbeat);
    return heartbeat->longest_silence;
}

static void heartbeat_on_closed(uv_handle_t *handle)
{
    struct heartbeat *heartbeat =
        container_of((uv_timer_t *)handle, struct heartbeat, timer);

    if (heartbeat->on_closed != NULL)
        heartbeat->on_closed(heartbeat);
}

void heartbeat_close(struct heartbeat *heartbeat, heartbeat_close_cb on_closed)
{
    heartbeat->on_closed = on_closed;
    uv_close((uv_handle_t *)&heartbeat->timer, heartbeat_on_closed);
}
