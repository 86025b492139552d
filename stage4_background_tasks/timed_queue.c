/* timed_queue: one timer, for the earliest entry.
 *
 * A timer counts on the loop's clock, which only ever goes on. An entry is due by the
 * clock on the wall, and that one may jump: somebody sets it, a laptop wakes up. So the
 * timer is only a reason to look: queue_on_timer() asks the wall's clock what is due, and
 * queue_arm() has it come soon enough, whatever the clock does.
 *
 * What is told that it is due may do as it likes with the queue: add entries, remove
 * some, close it. So nothing that was read from the queue before is true after.
 *
 * In the order of time: */
#include "stage4_background_tasks/timed_queue.h"

#include "lib/memory.h"
#include "lib/utc_time.h"

static bool entry_before(const struct heap_node *a, const struct heap_node *b);
static void queue_arm(struct timed_queue *queue);
static void queue_on_timer(uv_timer_t *timer);
static void timer_on_closed(uv_handle_t *handle);

/* The entry around its node in the heap. */
static struct timed_entry *entry_of(const struct heap_node *node)
{
    return container_of(node, struct timed_entry, node);
}

void timed_queue_init(struct timed_queue *queue, uv_loop_t *loop, timed_clock_cb clock,
                      timed_due_cb on_due)
{
    *queue = (struct timed_queue){
        .clock = clock != NULL ? clock : utc_now_ms,
        .on_due = on_due,
    };
    uv_timer_init(loop, &queue->timer);
    heap_init(&queue->heap, entry_before);
}

size_t timed_queue_count(const struct timed_queue *queue)
{
    return queue->heap.count;
}

struct timed_entry *timed_queue_first(const struct timed_queue *queue)
{
    struct heap_node *first = heap_first(&queue->heap);

    return first != NULL ? entry_of(first) : NULL;
}

void timed_queue_add(struct timed_queue *queue, struct timed_entry *entry, int64_t at_ms)
{
    entry->at_ms = at_ms;
    entry->arrival = queue->arrivals++;
    /* TODO 4.6 (orange) Wait for the earliest.
     * timed_queue_add: heap_add() the entry's node to queue->heap, with its time as the
     * key. If it is the first one now (timed_queue_first), the timer is to come for it:
     * queue_arm().
     * queue_arm: starts queue->timer for the first entry: queue_on_timer is to come once,
     * in so many ms as the entry's time is ahead of queue->clock(); never more than
     * TIMED_QUEUE_LOOK_MS, and when its time has passed, in 1 ms: with 0 a timer that is
     * started in its own callback comes again in the same turn of the loop. When there is
     * no entry, stop the timer. */
    (void)queue_arm;
    TODO("4.6");
}

/* Starts the timer for the earliest entry; when there is none, stops it. */
static void queue_arm(struct timed_queue *queue)
{
    (void)queue, (void)queue_on_timer;
    TODO("4.6");
    /* END 4.6 */
}

/* Whether `a` comes before `b`, which is due at the same time. */
static bool entry_before(const struct heap_node *a, const struct heap_node *b)
{
    /* TODO 4.7 (orange) Tell what is due, in order.
     * entry_before: true when a's entry (entry_of) arrived before b's.
     * queue_on_timer: as long as the first entry's time has come by queue->clock(), take
     * it out of queue->heap (heap_remove) and then tell queue->on_due, which may change
     * the queue, or close it. Entries that arrive meanwhile are told the next time, even
     * if they are due: their `arrival` is not below what queue->arrivals was at the
     * beginning. In the end queue_arm(), for what is left. */
    (void)a, (void)b, (void)entry_of;
    TODO("4.7");
    return false;
}

/* Time to look: tells all that are due, and waits for the next. What arrives meanwhile is
 * told in the loop's next turn, or else who always adds another would stop the loop. */
static void queue_on_timer(uv_timer_t *timer)
{
    struct timed_queue *queue = container_of(timer, struct timed_queue, timer);

    (void)queue;
    TODO("4.7");
    /* END 4.7 */
}

void timed_queue_remove(struct timed_queue *queue, struct timed_entry *entry)
{
    heap_remove(&queue->heap, &entry->node);
    if (queue->heap.count == 0)
        uv_timer_stop(&queue->timer);
}

/* on_due may close it, and then queue_on_timer() finds it empty. */
void timed_queue_close(struct timed_queue *queue, timed_queue_closed_cb on_closed)
{
    queue->on_closed = on_closed;
    heap_deinit(&queue->heap);
    uv_close((uv_handle_t *)&queue->timer, timer_on_closed);
}

static void timer_on_closed(uv_handle_t *handle)
{
    struct timed_queue *queue =
        container_of((uv_timer_t *)handle, struct timed_queue, timer);

    if (queue->on_closed != NULL)
        queue->on_closed(queue);
}
