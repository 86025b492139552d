/* timed_queue: entries that are due at a time of the clock on the wall, and one timer for
 * all of them.
 *
 * The entries stand in a heap, the earliest on top. The timer is for that one alone; it
 * is armed anew when an earlier one arrives. A million entries cost a million places in
 * the heap, and still one timer.
 *
 * The clock on the wall can be set, and a laptop sleeps: so it never waits longer than
 * TIMED_QUEUE_LOOK_MS without looking at it. */
#ifndef STAGE4_TIMED_QUEUE_H
#define STAGE4_TIMED_QUEUE_H

#include "lib/heap.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct timed_queue;

enum { TIMED_QUEUE_LOOK_MS = 1000 };

/* One entry: the caller's memory, usually a member of the caller's own struct. Read
 * `at_ms`; leave the rest alone. */
struct timed_entry {
    int64_t at_ms; /* when it is due: ms since 1970, UTC */
    uint64_t arrival;
    struct heap_node node;
};

/* `entry` is due, and no longer in the queue. Once for each entry that was not removed
 * before: the earlier before the later, those of one time in the order in which they were
 * added. From the loop, never inside a function of this header; never before its time. */
typedef void (*timed_due_cb)(struct timed_queue *queue, struct timed_entry *entry);

/* What time it is, in ms since 1970, UTC. It may jump. */
typedef int64_t (*timed_clock_cb)(void);

/* Its memory is free for other use. Once, from the loop. */
typedef void (*timed_queue_closed_cb)(struct timed_queue *queue);

/* The caller's memory. Leave it alone. */
struct timed_queue {
    uv_timer_t timer;
    struct heap heap;
    uint64_t arrivals; /* so many entries were added so far */
    timed_clock_cb clock;
    timed_due_cb on_due;
    timed_queue_closed_cb on_closed;
};

/* Makes an empty queue. `clock` may be NULL: the system's. Borrows `queue` and `loop`
 * until it is closed. Nothing can fail. While the queue is empty it does not keep the
 * loop alive. */
void timed_queue_init(struct timed_queue *queue, uv_loop_t *loop, timed_clock_cb clock,
                      timed_due_cb on_due);

/* Adds `entry` (borrowed until it is due, removed, or the queue closed), due at `at_ms`;
 * a time that has passed: as soon as the loop comes to it. */
void timed_queue_add(struct timed_queue *queue, struct timed_entry *entry, int64_t at_ms);

/* Takes `entry`, which is in the queue, out of it: it will not be due. */
void timed_queue_remove(struct timed_queue *queue, struct timed_entry *entry);

/* How many entries are in it. */
size_t timed_queue_count(const struct timed_queue *queue);

/* The earliest entry; NULL: there is none. Borrowed. */
struct timed_entry *timed_queue_first(const struct timed_queue *queue);

/* Closes it: no entry will be due any more. Those in it are the caller's again. Then
 * `on_closed` (may be NULL) comes. */
void timed_queue_close(struct timed_queue *queue, timed_queue_closed_cb on_closed);

#endif
