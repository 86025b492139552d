/* mistake: asks the loop's clock, which does not know when the wall's was set
 * caught by: test_timed_queue.py::test_a_clock_that_jumps_back_is_seen
 * says: ms before its time */
    return entry_of(a)->arrival < entry_of(b)->arrival;
}

/* Time to look: tells all that are due, and waits for the next. What arrives meanwhile is
 * told in the loop's next turn, or else who always adds another would stop the loop. */
static void queue_on_timer(uv_timer_t *timer)
{
    struct timed_queue *queue = container_of(timer, struct timed_queue, timer);
    uint64_t arrivals = queue->arrivals;
    static int64_t behind_ms;

    if (behind_ms == 0)
        behind_ms = timed_queue_first(queue)->at_ms - (int64_t)uv_now(timer->loop);
    int64_t now = (int64_t)uv_now(timer->loop) + behind_ms;
    struct timed_entry *first;

    while ((first = timed_queue_first(queue)) != NULL && first->at_ms <= now &&
           first->arrival < arrivals) {
        heap_remove(&queue->heap, &first->node);
        queue->on_due(queue, first);
    }
    queue_arm(queue);
