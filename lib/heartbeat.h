/* heartbeat: a timer that notices when the loop was blocked.
 *
 * It beats at a fixed period and measures the time between beats by the clock. As long
 * as every callback is short the silence between two beats is about the period; a
 * callback that takes long shows as a long silence. */
#ifndef LIB_HEARTBEAT_H
#define LIB_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct heartbeat;

/* The heartbeat is closed; its memory may be freed. Called exactly once, from the
 * loop. */
typedef void (*heartbeat_close_cb)(struct heartbeat *heartbeat);

/* The caller's memory. */
struct heartbeat {
    uv_timer_t timer;
    uint64_t last_beat; /* ms, by uv_hrtime() */
    uint64_t longest_silence;
    unsigned beats;
    bool aloud;
    heartbeat_close_cb on_closed;
};

/* Starts to beat on `loop` every `period` ms; with `aloud` each beat is a line on
 * stdout. It does not keep the loop running. Borrows `heartbeat` and `loop` until it
 * is closed. */
void heartbeat_start(struct heartbeat *heartbeat, uv_loop_t *loop, uint64_t period,
                     bool aloud);

/* Stops beating. Returns the longest silence in ms, the one that lasts until now
 * included. */
uint64_t heartbeat_stop(struct heartbeat *heartbeat);

/* Closes it. The memory is in use until `on_closed` (may be NULL when the caller knows
 * otherwise that the loop has run to its end). */
void heartbeat_close(struct heartbeat *heartbeat, heartbeat_close_cb on_closed);

#endif
