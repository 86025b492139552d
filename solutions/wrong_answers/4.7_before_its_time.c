/* mistake: takes the timer for the clock: it tells the first entry, whatever time it is
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
    struct timed_entry *first;

    while ((first = timed_queue_first(queue)) != NULL && first->arrival < arrivals) {
        heap_remove(&queue->heap, &first->node);
        queue->on_due(queue, first);
        break;
    }
    queue_arm(queue);
