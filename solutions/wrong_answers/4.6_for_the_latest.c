/* mistake: arms the timer for the entry that has just arrived
 * caught by: test_timed_queue.py::test_a_later_one_does_not_move_the_timer
 * says: the earliest is still the first */
    heap_add(&queue->heap, &entry->node, at_ms);
    uv_timer_start(&queue->timer, queue_on_timer,
                   at_ms > queue->clock() ? (uint64_t)(at_ms - queue->clock()) : 1, 0);
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
