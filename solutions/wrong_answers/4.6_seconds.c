/* mistake: counts in seconds, and the timer in milliseconds
 * caught by: test_timed_queue.py::test_the_timer_is_for_the_first
 * says: the timer is due in 1 ms */
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
        wait_ms = (uint64_t)(first->at_ms - now) / 1000 + 1;
    if (wait_ms > TIMED_QUEUE_LOOK_MS)
        wait_ms = TIMED_QUEUE_LOOK_MS;
    uv_update_time(queue->timer.loop);
    uv_timer_start(&queue->timer, queue_on_timer, wait_ms, 0);
