/* gather: start N operations at once and hear once, when the last of them has ended.
 *
 * It is asyncio.gather() for callbacks. It does not know what an operation is: anything
 * that starts and later reports will do, a timer, an HTTP request, work in a thread. The
 * results stand in the order of the start, whatever the order in which they came.
 *
 * All of it happens on the loop's thread. */
#ifndef STAGE1_GATHER_H
#define STAGE1_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct gather;

/* How one operation ended. Valid from its report on; all of them in gather_done_cb. */
struct gather_result {
    int status;  /* 0, or a negative UV_E*: UV_ECANCELED when it was cancelled */
    void *value; /* what gather_report() was given; gather only hands it on */
    bool reported;
};

/* Starts operation number `index`. Called once for each, in order, inside gather_start().
 * Returns 0, and the operation reports exactly once with gather_report(), also right here
 * if it must; or a negative UV_E*, and it never reports: the error is then its result. */
typedef int (*gather_start_cb)(struct gather *gather, size_t index);

/* Asks operation number `index` to end early. Called inside gather_cancel(), at most
 * once, and only for an operation that was started and has not reported. The operation
 * still reports, now or later: UV_ECANCELED as a rule, its real end when it was too
 * late. */
typedef void (*gather_cancel_cb)(struct gather *gather, size_t index);

/* Every operation has reported. Called exactly once, from the loop, never inside any
 * gather_ function. `status` is 0, or the first error that was reported (in time, not
 * in order). From here on gather uses neither itself nor the results: both may be
 * freed in it. */
typedef void (*gather_done_cb)(struct gather *gather, int status);

/* The caller's memory, usually a member of the caller's own struct: find that one with
 * container_of(). Read `results` and `count`; leave the rest alone. */
struct gather {
    struct gather_result *results;
    size_t count;

    size_t started;
    size_t pending; /* operations that have not reported yet */
    int status;     /* the first error */
    bool cancelled;
    gather_cancel_cb cancel;
    gather_done_cb done;
    uv_thread_t thread; /* the loop's: nothing may be reported from another one */
    uv_timer_t closing; /* never started: closing a handle is how done comes later */
};

/* Starts `count` operations (0 is allowed: done comes all the same).
 * Borrows `loop`, `gather` and `results` (room for `count`, need not be initialized; NULL
 * for none) until done. `gather` may be started again from done on, not before.
 * `cancel` may be NULL when the operations cannot be ended early.
 * One operation's failure does not stop the others; call gather_cancel() for that.
 * Returns 0, and done comes exactly once; or a negative UV_E*, and done never comes. */
int gather_start(struct gather *gather, uv_loop_t *loop, size_t count,
                 struct gather_result *results, gather_start_cb start,
                 gather_cancel_cb cancel, gather_done_cb done);

/* Operation number `index` has ended: with `status` 0 and a `value` (borrowed, handed
 * on in its result), or with a negative UV_E*. Exactly once for each operation that
 * was started; a second report, or one from another thread, is a bug and aborts. */
void gather_report(struct gather *gather, size_t index, int status, void *value);

/* Asks every operation that is still running to end, and starts no further ones (they
 * end with UV_ECANCELED). Done still comes when all have reported, with UV_ECANCELED
 * unless there was an error before, even if all of them were too late to be stopped.
 * Calling it again, after the last report, or on zeroed memory that was never started
 * does nothing. */
void gather_cancel(struct gather *gather);

#endif
