/* gather: a counter, an array, and one way out.
 *
 * Whatever an operation does, it ends in gather_report(). That keeps its result and
 * counts down; the report that makes the count zero finishes the whole. The caller's
 * callback must come later, from the loop, even when nothing had to be waited for. So
 * gather_finish() does not call it: it closes a handle, and libuv calls back when it
 * next comes to its closing handles.
 *
 * In the order of time: */
#include "stage1_event_loop/gather.h"

#include "lib/memory.h"

#include <assert.h>

static void start_operations(struct gather *gather, gather_start_cb start);
static void keep_result(struct gather *gather, size_t index, int status, void *value);
static void cancel_operation(struct gather *gather, size_t index);
static void gather_finish(struct gather *gather);
static void gather_on_closed(uv_handle_t *handle);

int gather_start(struct gather *gather, uv_loop_t *loop, size_t count,
                 struct gather_result *results, gather_start_cb start,
                 gather_cancel_cb cancel, gather_done_cb done)
{
    *gather = (struct gather){
        .results = results,
        .count = count,
        .pending = count,
        .cancel = cancel,
        .done = done,
        .thread = uv_thread_self(),
    };
    for (size_t i = 0; i < count; i++)
        results[i] = (struct gather_result){0};

    int status = uv_timer_init(loop, &gather->closing);
    if (status == 0)
        start_operations(gather, start);
    return status;
}

/* An operation may end, or cancel everything, before the next one is started: `pending`
 * counts all of them from the beginning, so it cannot reach zero too early. */
static void start_operations(struct gather *gather, gather_start_cb start)
{
    if (gather->count == 0)
        gather_finish(gather);

    for (size_t i = 0; i < gather->count; i++) {
        int status = gather->cancelled ? UV_ECANCELED : start(gather, i);

        gather->started = i + 1;
        if (status != 0)
            gather_report(gather, i, status, NULL);
        else if (gather->cancelled) /* inside its own start */
            cancel_operation(gather, i);
    }
}

void gather_report(struct gather *gather, size_t index, int status, void *value)
{
    uv_thread_t here = uv_thread_self();

    assert(uv_thread_equal(&here, &gather->thread) &&
           "gather_report: not on the loop's thread");
    assert(index < gather->count && "gather_report: no such operation");
    assert(status <= 0 && "gather_report: an error is negative");
    assert(!gather->results[index].reported && "gather_report: it reported before");
    gather->results[index].reported = true;
    keep_result(gather, index, status, value);

    /* TODO 1.4 (green) Count down, and complete at the last.
     * gather->pending operations have not reported yet; this one just did. When none is
     * left, call gather_finish(): it sees to it that the caller is told, once, later. */
    TODO("1.4");
    /* END 1.4 */
}

static void keep_result(struct gather *gather, size_t index, int status, void *value)
{
    /* TODO 1.6 (orange) Keep results in order, and the first error.
     * gather->results stand in the order of the start: `index` is the place for this
     * status and value. gather->status is 0 until the first error comes, and then
     * stays. */
    (void)gather, (void)index, (void)status, (void)value;
    TODO("1.6");
    /* END 1.6 */
}

void gather_cancel(struct gather *gather)
{
    /* TODO 1.11 (red) Ask what still runs to end.
     * Cancelled before, or nothing pending: there is nothing to do. Otherwise remember
     * it in gather->cancelled (start_operations() looks at it), make UV_ECANCELED the
     * first error unless there is one, and call cancel_operation() for the first
     * gather->started. */
    (void)gather, (void)cancel_operation;
    TODO("1.11");
    /* END 1.11 */
}

/* It may report inside its cancel; the last report finishes gather, as always. */
static void cancel_operation(struct gather *gather, size_t index)
{
    if (!gather->results[index].reported && gather->cancel != NULL)
        gather->cancel(gather, index);
}

/* The only way out. After it, only the loop touches gather. */
static void gather_finish(struct gather *gather)
{
    uv_close((uv_handle_t *)&gather->closing, gather_on_closed);
}

static void gather_on_closed(uv_handle_t *handle)
{
    struct gather *gather = container_of(handle, struct gather, closing);

    gather->done(gather, gather->status);
}
