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
    heap_add(&queue->heap, &entry->node, at_ms);
    if (timed_queue_first(queue) == entry)
        queue_arm(queue);
}

/* Starts the timer for the earliest entry; when there is none, stops it. */
static void queue_arm(struct timed_queue *queue)
{
    struct timed_entry *first = timed_queue_first(queue);
    uint64_t wait_ms = 1; /* 0 would be this turn of the loop again */

    if (first == NULL) {
        uv_timer_stop(&queue->timer);
        return;
    }
    int64_t now = queue->clock();

    if (first->at_ms > now)
        wait_ms = (uint64_t)first->at_ms - (uint64_t)now;
    if (wait_ms > TIMED_QUEUE_LOOK_MS)
        wait_ms = TIMED_QUEUE_LOOK_MS;
    uv_update_time(queue->timer.loop);
    uv_timer_start(&queue->timer, queue_on_timer, wait_ms, 0);
}

/* Whether `a` comes before `b`, which is due at the same time. */
static bool entry_before(const struct heap_node *a, const struct heap_node *b)
{
    return entry_of(a)->arrival < entry_of(b)->arrival;
}

/* Time to look: tells all that are due, and waits for the next. What arrives meanwhile is
 * told in the loop's next turn, or else who always adds another would stop the loop. */
static void queue_on_timer(uv_timer_t *timer)
{
    struct timed_queue *queue = container_of(timer, struct timed_queue, timer);
    uint64_t arrivals = queue->arrivals;
    int64_t now = queue->clock();
    struct timed_entry *first;

    while ((first = timed_queue_first(queue)) != NULL && first->at_ms <= now &&
           first->arrival < arrivals) {
        heap_remove(&queue->heap, &first->node);
        queue->on_due(queue, first);
    }
    queue_arm(queue);
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
