/* future: where a producer and its consumers meet, whoever comes first.
 *
 * It is asyncio.Future for callbacks. A future is settled once: with a value, with an
 * error, or by cancelling. Whoever waits for it is told from the loop, later, never
 * inside the call that settled it; who comes when it is settled already is told, too.
 *
 * All of it happens on the loop's thread. An unsettled future does not keep the loop
 * running: the producer's own handle does. */
#ifndef STAGE1_FUTURE_H
#define STAGE1_FUTURE_H

#include <stdbool.h>
#include <uv.h>

struct future;
struct future_waiter;

/* The future is settled. Called exactly once for each future_wait() (unless the waiter
 * left), from the loop, in the order of waiting. `status` is 0, or the error, or
 * UV_ECANCELED; `value` is what future_resolve() was given, NULL on an error. The
 * waiter is not touched after the call: it may be freed in it, or wait again. The
 * future may be closed in it, but its memory is in use until its on_closed. */
typedef void (*future_cb)(struct future_waiter *waiter, int status, void *value);

/* The future is closed; its memory may be freed. Called exactly once, from the loop. */
typedef void (*future_close_cb)(struct future *future);

/* One consumer: the caller's memory, a member of the caller's own struct. */
struct future_waiter {
    future_cb cb;
    struct future_waiter *next;
};

/* The caller's memory. `first` and each waiter's `next` are the queue of those who
 * have not been told; the rest is private. */
struct future {
    bool settled;
    int status;
    void *value;
    struct future_waiter *first;
    struct future_waiter **last;   /* where the next waiter is linked in */
    struct future_waiter *telling; /* those who are being told in this turn of the loop */
    uv_idle_t soon;                /* runs once, in the next turn: libuv's call_soon() */
    future_close_cb on_closed;
};

/* Prepares `future` for use on `loop`; borrows both until its on_closed. 0 or a UV_E*. */
int future_init(struct future *future, uv_loop_t *loop);

/* Settles the future with `value`, which is handed on as it is: borrowed until on_closed,
 * since a late consumer is told it, too. 0, or UV_EALREADY when it was settled before, by
 * whomever: then nothing changes. */
int future_resolve(struct future *future, void *value);

/* Settles the future with an error, a negative UV_E*. 0 or UV_EALREADY. */
int future_fail(struct future *future, int status);

/* Settles the future with UV_ECANCELED. 0 or UV_EALREADY. The producer is not stopped by
 * it; its own future_resolve() will say UV_EALREADY. */
int future_cancel(struct future *future);

/* Waits: `cb` comes once, later, when the future is settled (also when it is already).
 * Borrows `waiter` until then. A waiter waits for one future at a time. */
void future_wait(struct future *future, struct future_waiter *waiter, future_cb cb);

/* The waiter waits no more: its callback will not come, and its memory is free at
 * once. For a consumer that ends before the producer does. Does nothing when it was
 * told already. */
void future_leave(struct future *future, struct future_waiter *waiter);

/* Closes the future, once. An unsettled one is cancelled first; all who wait are told
 * before `on_closed` comes. It may be NULL when the caller knows otherwise that the
 * loop has run to its end. From the call on nobody may wait; settling answers
 * UV_EALREADY. */
void future_close(struct future *future, future_close_cb on_closed);

#endif
