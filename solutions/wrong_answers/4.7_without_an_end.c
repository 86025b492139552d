/* mistake: tells also those that arrive meanwhile: who always comes again stops the loop
 * caught by: test_timed_queue.py::test_who_always_comes_again_does_not_stop_the_loop
 * says: printed on and on */
    return entry_of(a)->arrival < entry_of(b)->arrival;
}

/* Time to look: tells all that are due, and waits for the next. What arrives meanwhile is
 * told in the loop's next turn, or else who always adds another would stop the loop. */
static void queue_on_timer(uv_timer_t *timer)
{
    struct timed_queue *queue = container_of(timer, struct timed_queue, timer);
    int64_t now = queue->clock();
    struct timed_entry *first;

    while ((first = timed_queue_first(queue)) != NULL && first->at_ms <= now) {
        heap_remove(&queue->heap, &first->node);
        queue->on_due(queue, first);
    }
    queue_arm(queue);
