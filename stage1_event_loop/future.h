/* future: where a producer and its consumers meet, whoever comes first.
 *
 * It is asyncio.Future for callbacks. A future is settled once: with a value, with an error,
 * or by cancelling. Whoever waits for it is told from the loop, later, never inside the call
 * that settled it; who comes when it is settled already is told too.
 *
 * All of it happens on the loop's thread. A future by itself does not keep the loop running:
 * the producer's own handle does. */
#ifndef STAGE1_FUTURE_H
#define STAGE1_FUTURE_H

#include <stdbool.h>
#include <uv.h>

struct future;
struct future_waiter;

/* The future is settled. Called exactly once for each future_wait(), from the loop, in the
 * order of waiting. `status` is 0, or the error, or UV_ECANCELED; `value` is what
 * future_resolve() was given, NULL on an error. Neither future nor waiter is touched by this
 * module after the call: the waiter may be freed, or wait again. */
typedef void (*future_cb)(struct future_waiter *waiter, int status, void *value);

/* The future is closed; its memory may be freed. Called exactly once, from the loop. */
typedef void (*future_close_cb)(struct future *future);

/* One consumer: the caller's memory, a member of the caller's own struct. */
struct future_waiter {
    future_cb cb;
    struct future_waiter *next;
};

/* The caller's memory. Read nothing in it but through the functions. */
struct future {
    bool settled;
    int status;
    void *value;
    struct future_waiter *first;
    struct future_waiter **last; /* where the next waiter is linked in */
    uv_timer_t soon;             /* of 0 ms: libuv's call_soon() */
    future_close_cb on_closed;
};

/* Prepares `future` (borrowed until its on_closed) for use on `loop`. 0 or a UV_E*. */
int future_init(struct future *future, uv_loop_t *loop);

/* Settles the future with `value`, which is handed on as it is (borrowed: it must outlive
 * the last callback). 0, or UV_EALREADY when it was settled before: then nothing changes. */
int future_resolve(struct future *future, void *value);

/* Settles the future with an error, a negative UV_E*. 0 or UV_EALREADY. */
int future_fail(struct future *future, int status);

/* Settles the future with UV_ECANCELED. 0 or UV_EALREADY. The producer is not stopped by
 * it; it learns from its own UV_EALREADY that nobody waits any more. */
int future_cancel(struct future *future);

/* Waits: `cb` comes once, later, when the future is settled (also when it is already).
 * Borrows `waiter` until then; a waiter waits for one future at a time. */
void future_wait(struct future *future, struct future_waiter *waiter, future_cb cb);

/* Closes the future. An unsettled one is cancelled first; all who wait are told before
 * `on_closed` (may be NULL) comes. Nothing may wait for it afterwards. */
void future_close(struct future *future, future_close_cb on_closed);

#endif
