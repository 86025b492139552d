/* pause: a wait between two steps, without blocking the loop. */
#ifndef LIB_PAUSE_H
#define LIB_PAUSE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct pause;

/* The pause is over (0), or was cancelled (UV_ECANCELED). Exactly once for each
 * pause_start(), from the loop, never inside a function of this header. From its return
 * on the memory is free for other use; another pause may be started with it right here.
 */
typedef void (*pause_over_cb)(struct pause *pause, int status);

/* The caller's memory, usually a member of the caller's own struct. Leave it alone. */
struct pause {
    uv_timer_t timer;
    pause_over_cb on_over;
    bool active; /* until on_over */
    int status;
};

/* Calls `on_over` in `ms` milliseconds. Borrows `pause` and `loop` until then. */
void pause_start(struct pause *pause, uv_loop_t *loop, uint64_t ms,
                 pause_over_cb on_over);

/* Ends it now: `on_over` still comes, later, with UV_ECANCELED, also when the time was up
 * but `on_over` had not come. Does nothing when it is over, or on zeroed memory. */
void pause_cancel(struct pause *pause);

#endif
