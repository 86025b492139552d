/* heartbeat: a timer that notices when the loop was blocked.
 *
 * It beats at a fixed period and measures the time between beats by the clock. As long as
 * every callback is short the silence between two beats is about the period; a callback that
 * takes long shows as a long silence. */
#ifndef LIB_HEARTBEAT_H
#define LIB_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* The caller's memory. */
struct heartbeat {
    uv_timer_t timer;
    uint64_t last_beat;
    uint64_t longest_silence; /* ms */
    unsigned beats;
    bool aloud;
};

/* Starts to beat on `loop` every `period` ms; with `aloud` each beat is a line on stdout.
 * It does not keep the loop running. Borrows `heartbeat` until heartbeat_close() is done. */
void heartbeat_start(struct heartbeat *heartbeat, uv_loop_t *loop, uint64_t period,
                     bool aloud);

/* Stops beating and closes the timer: the memory may be freed when the loop has run once
 * more. Returns the longest silence in ms, the one that lasts until now included. */
uint64_t heartbeat_close(struct heartbeat *heartbeat);

#endif
