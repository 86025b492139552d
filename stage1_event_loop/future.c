/* future: a value, a queue, and a turn of the loop between the two.
 *
 * The producer that settles a future is in the middle of its own work. If the
 * consumers ran right there, inside future_resolve(), they could close what the
 * producer is still using, or run before it has finished its own step. So settling
 * only starts a handle that runs in the loop's next turn, and that tells the consumers
 * when the producer has returned.
 *
 * In the order of time: */
#include "stage1_event_loop/future.h"

#include "lib/memory.h"

#include <assert.h>
#include <stddef.h>

static int future_settle(struct future *future, int status, void *value);
static void tell_soon(struct future *future);
static void future_on_soon(uv_idle_t *idle);
static void tell_waiters(struct future *future);
static void future_on_closed(uv_handle_t *handle);

int future_init(struct future *future, uv_loop_t *loop)
{
    *future = (struct future){.last = &future->first};
    return uv_idle_init(loop, &future->soon);
}

void future_wait(struct future *future, struct future_waiter *waiter, future_cb cb)
{
    assert(!uv_is_closing((uv_handle_t *)&future->soon) && "future_wait: it is closed");
    *waiter = (struct future_waiter){.cb = cb};

    /* TODO 1.7 (orange) Put the waiter into the queue.
     * It is linked in at the end: *future->last is the pointer to set, and from then
     * on `last` is the address of this waiter's `next`. A future that is settled
     * already will not be settled again: whoever comes now must be told soon, too. */
    TODO("1.7");
    /* END 1.7 */
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
    /* TODO 1.8 (orange) Settle the future, once.
     * UV_EALREADY when it was settled before, and nothing changes. Otherwise keep
     * status and value, and see to it that the waiters are told: not here, but from
     * the loop. */
    (void)future, (void)status, (void)value, (void)tell_soon;
    return TODO("1.8");
    /* END 1.8 */
}

/* An idle handle runs in every turn of the loop until it is stopped, beginning with the
 * next one. Starting it twice is starting it once. */
static void tell_soon(struct future *future)
{
    if (future->first != NULL)
        uv_idle_start(&future->soon, future_on_soon);
}

static void future_on_soon(uv_idle_t *idle)
{
    struct future *future = container_of(idle, struct future, soon);

    uv_idle_stop(idle);
    tell_waiters(future);
}

/* Takes the whole queue first: who waits again inside a callback waits for another
 * turn, and a callback may free its own waiter, have another one leave, or close the
 * future. */
static void tell_waiters(struct future *future)
{
    future->telling = future->first;
    future->first = NULL;
    future->last = &future->first;

    while (future->telling != NULL) {
        struct future_waiter *waiter = future->telling;

        future->telling = waiter->next;
        waiter->cb(waiter, future->status, future->value);
    }
}

void future_leave(struct future *future, struct future_waiter *waiter)
{
    struct future_waiter **link = &future->telling;

    while (*link != NULL && *link != waiter)
        link = &(*link)->next;
    if (*link == NULL)
        for (link = &future->first; *link != NULL && *link != waiter;)
            link = &(*link)->next;
    if (*link == NULL)
        return;
    *link = waiter->next;
    if (future->last == &waiter->next)
        future->last = link;
}

void future_close(struct future *future, future_close_cb on_closed)
{
    future->on_closed = on_closed;
    future_cancel(future); /* does nothing when it is settled */
    uv_close((uv_handle_t *)&future->soon, future_on_closed);
}

/* Closing has stopped the idle handle: those it would have told are told now. */
static void future_on_closed(uv_handle_t *handle)
{
    struct future *future = container_of((uv_idle_t *)handle, struct future, soon);

    tell_waiters(future);
    if (future->on_closed != NULL)
        future->on_closed(future);
}
