/* future: a value, a queue, and a timer of 0 ms between the two.
 *
 * The producer that settles a future is in the middle of its own work. If the consumers ran
 * right there, inside future_resolve(), they could close what the producer is still using,
 * or run before it has finished its own step. So settling only starts a timer of 0 ms, and
 * the loop calls the consumers when the producer has returned.
 *
 * In the order of time: */
#include "stage1_event_loop/future.h"

#include "lib/memory.h"

#include <assert.h>
#include <stddef.h>

static int future_settle(struct future *future, int status, void *value);
static void tell_soon(struct future *future);
static void future_on_soon(uv_timer_t *timer);
static void tell_waiters(struct future *future);
static void future_on_closed(uv_handle_t *handle);

int future_init(struct future *future, uv_loop_t *loop)
{
    *future = (struct future){.last = &future->first};
    return uv_timer_init(loop, &future->soon);
}

void future_wait(struct future *future, struct future_waiter *waiter, future_cb cb)
{
    assert(!uv_is_closing((uv_handle_t *)&future->soon) && "future_wait: it is closed");
    *waiter = (struct future_waiter){.cb = cb};

    *future->last = waiter;
    future->last = &waiter->next;
    if (future->settled)
        tell_soon(future);
}

int future_resolve(struct future *future, void *value)
{
    return future_settle(future, 0, value);
}

int future_fail(struct future *future, int status)
{
    assert(status < 0 && "future_fail: an error is negative");
    return future_settle(future, status, NULL);
}

int future_cancel(struct future *future)
{
    return future_settle(future, UV_ECANCELED, NULL);
}

static int future_settle(struct future *future, int status, void *value)
{
    if (future->settled)
        return UV_EALREADY;
    future->settled = true;
    future->status = status;
    future->value = value;
    tell_soon(future);
    return 0;
}

/* From the loop, when the running callback has returned. Starting a timer that is started already only restarts it. */
static void tell_soon(struct future *future)
{
    if (future->first != NULL)
        uv_timer_start(&future->soon, future_on_soon, 0, 0);
}

static void future_on_soon(uv_timer_t *timer)
{
    struct future *future = container_of(timer, struct future, soon);

    tell_waiters(future);
}

/* Takes the whole queue first: who waits again inside a callback waits for the next turn,
 * and a callback may free its waiter or close the future. */
static void tell_waiters(struct future *future)
{
    struct future_waiter *waiter = future->first;
    int status = future->status;
    void *value = future->value;

    future->first = NULL;
    future->last = &future->first;
    while (waiter != NULL) {
        struct future_waiter *next = waiter->next;
        waiter->cb(waiter, status, value);
        waiter = next;
    }
}

void future_close(struct future *future, future_close_cb on_closed)
{
    future->on_closed = on_closed;
    future_cancel(future); /* does nothing when it is settled */
    uv_close((uv_handle_t *)&future->soon, future_on_closed);
}

/* Closing has stopped the timer: those it would have told are told now. */
static void future_on_closed(uv_handle_t *handle)
{
    struct future *future = container_of((uv_timer_t *)handle, struct future, soon);

    tell_waiters(future);
    if (future->on_closed != NULL)
        future->on_closed(future);
}
