/* mistake: leaves those of one time to the heap, which keeps no order
 * caught by: test_timed_queue.py::test_equal_times_in_order_of_arrival
 * says: all the others are for 20 */
    return entry_of(a)->at_ms < entry_of(b)->at_ms;
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
