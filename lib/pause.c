#include "lib/pause.h"

#include "lib/memory.h"

static void pause_on_timer(uv_timer_t *timer);
static void pause_on_closed(uv_handle_t *handle);

void pause_start(struct pause *pause, uv_loop_t *loop, uint64_t ms, pause_over_cb on_over)
{
    pause->on_over = on_over;
    pause->active = true;
    pause->status = 0;
    uv_timer_init(loop, &pause->timer);
    uv_update_time(
        loop); /* the loop's time may be an old one: the pause would be short */
    uv_timer_start(&pause->timer, pause_on_timer, ms, 0);
}

static void pause_on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, pause_on_closed);
}

/* Also between the timer and on_over: who has cancelled it must not be told 0. */
void pause_cancel(struct pause *pause)
{
    if (!pause->active)
        return;
    pause->status = UV_ECANCELED;
    if (!uv_is_closing((uv_handle_t *)&pause->timer))
        uv_close((uv_handle_t *)&pause->timer, pause_on_closed);
}

static void pause_on_closed(uv_handle_t *handle)
{
    struct pause *pause = container_of((uv_timer_t *)handle, struct pause, timer);

    pause->active = false;
    pause->on_over(pause, pause->status);
}
