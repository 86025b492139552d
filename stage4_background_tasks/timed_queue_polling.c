/* timed_queue_polling: stands in for timed_queue.c until its gaps are written. Given,
 * finished.
 *
 * It keeps the contract of timed_queue.h in the naive way: as long as there is an entry
 * it looks at the clock every few milliseconds, and each time through all the entries.
 * That is right, and never much too late; but the processor never rests, and with many
 * entries it does nothing else. One timer for the earliest, and a heap that has it on
 * top, are what the gaps in timed_queue.c are about. */
#include "stage4_background_tasks/timed_queue.h"

#include "lib/memory.h"
#include "lib/utc_time.h"

enum { LOOK_EVERY_MS = 5 };

static void look_on_timer(uv_timer_t *timer);
static struct timed_entry *earliest(const struct timed_queue *queue);
static void timer_on_closed(uv_handle_t *handle);

void timed_queue_init(struct timed_queue *queue, uv_loop_t *loop, timed_clock_cb clock,
                      timed_due_cb on_due)
{
    *queue = (struct timed_queue){
        .clock = clock != NULL ? clock : utc_now_ms,
        .on_due = on_due,
    };
    uv_timer_init(loop, &queue->timer);
    heap_init(&queue->heap, NULL); /* no more than a bag here */
}

size_t timed_queue_count(const struct timed_queue *queue)
{
    return queue->heap.count;
}

struct timed_entry *timed_queue_first(const struct timed_queue *queue)
{
    return queue->heap.count > 0 ? earliest(queue) : NULL;
}

void timed_queue_add(struct timed_queue *queue, struct timed_entry *entry, int64_t at_ms)
{
    entry->at_ms = at_ms;
    entry->arrival = queue->arrivals++;
    heap_add(&queue->heap, &entry->node, 0);
    if (!uv_is_active((uv_handle_t *)&queue->timer))
        uv_timer_start(&queue->timer, look_on_timer, 1, LOOK_EVERY_MS);
}

static void look_on_timer(uv_timer_t *timer)
{
    struct timed_queue *queue = container_of(timer, struct timed_queue, timer);
    uint64_t arrivals = queue->arrivals;
    int64_t now = queue->clock();

    while (queue->heap.count > 0) {
        struct timed_entry *entry = earliest(queue);

        if (entry->at_ms > now || entry->arrival >= arrivals)
            return;
        timed_queue_remove(queue, entry);
        queue->on_due(queue, entry);
    }
}

/* There is one. */
static struct timed_entry *earliest(const struct timed_queue *queue)
{
    struct timed_entry *found = NULL;

    for (size_t i = 0; i < queue->heap.count; i++) {
        struct timed_entry *entry =
            container_of(queue->heap.places[i].node, struct timed_entry, node);

        if (found == NULL || entry->at_ms < found->at_ms ||
            (entry->at_ms == found->at_ms && entry->arrival < found->arrival))
            found = entry;
    }
    return found;
}

void timed_queue_remove(struct timed_queue *queue, struct timed_entry *entry)
{
    heap_remove(&queue->heap, &entry->node);
    if (queue->heap.count == 0)
        uv_timer_stop(&queue->timer);
}

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
