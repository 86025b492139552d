/* call_table: all the calls that a call_scheduler knows, found by their ids.
 *
 * No more than a table: it knows nothing of time, and of the store only that a call has
 * one job with it at a time. */
#ifndef STAGE4_CALL_TABLE_H
#define STAGE4_CALL_TABLE_H

#include "lib/list.h"
#include "stage4_background_tasks/call_store.h"
#include "stage4_background_tasks/timed_queue.h"

#include <stdbool.h>
#include <stddef.h>

struct call_scheduler;

/* A call, and what goes on with it. */
struct call_record {
    struct call call; /* as it is; what the store has may be older */
    struct call_scheduler *scheduler;
    struct timed_entry entry; /* in the scheduler's queue, if is_queued */
    struct store_job job;     /* with the store, if is_busy */
    struct list in_line;      /* of the scheduler: its time has come */
    bool was_dialling;        /* already when the program was started */
    bool is_silent;           /* it went on then, and nothing was told of it since */
    bool is_queued;
    bool is_busy;
    bool is_changed;          /* the store does not have it as it is */
    bool is_forgotten;        /* the store is to forget it; it is not found any more */
    struct list link;         /* in `records` */
    struct list ended;        /* in `over`, if it is over */
    struct call_record *next; /* in its bucket */
};

/* The caller's memory. Read the counts; leave the rest alone. */
struct call_table {
    size_t open_count; /* of them are not over */
    size_t over_count; /* of them are DONE, FAILED or UNSURE, and not forgotten */
    size_t in_state[CALL_STATES]; /* of them are in each state */
    struct list records;          /* in order of arrival */
    struct list over;             /* in the order in which they were */
    struct call_record **buckets;
    size_t bucket_count, count;
};

void call_table_init(struct call_table *table);

/* Frees all records. */
void call_table_deinit(struct call_table *table);

/* Adds a copy of `call`, whose id is new. Returns its record; borrowed. */
struct call_record *call_table_add(struct call_table *table, const struct call *call);

/* The record of the call with that id; NULL: there is none. Borrowed. */
struct call_record *call_table_find(const struct call_table *table, int64_t id);

/* Sets the state of a record's call, and counts. */
void call_table_set_state(struct call_table *table, struct call_record *record,
                          enum call_state state);

/* If more than `max` calls are over, takes the one that is so longest out of those that
 * are found, and returns its record: now is_forgotten; borrowed. Else NULL. */
struct call_record *call_table_forget_over(struct call_table *table, size_t max);

/* Frees a record. */
void call_table_remove(struct call_table *table, struct call_record *record);

/* As call_scheduler_each(). Those of one time come in order of their ids. */
void call_table_each(const struct call_table *table, size_t max, store_call_cb on_call,
                     void *context);

#endif
