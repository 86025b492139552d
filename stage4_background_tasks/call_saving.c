/* call_saving: given, finished. A record has at most one job with the store. What changes
 * meanwhile is noted in it (is_changed, is_forgotten), and is the next job: so however
 * many events a call has, the store has no more than one job for it.
 *
 * In the order of time: */
#include "stage4_background_tasks/call_saving.h"

#include "lib/memory.h"

#include <stdio.h>

static void record_on_saved(struct store_job *job, int status);
static void record_on_refused(struct call_record *record, int error);
static void queue_on_closed(struct timed_queue *queue);
static void store_on_closed(void *context);

void record_wait(struct call_record *record, int64_t at_ms)
{
    if (record->is_queued || record->scheduler->finishing)
        return;
    record->is_queued = true;
    timed_queue_add(&record->scheduler->queue, &record->entry, at_ms);
}

void record_begin(struct call_record *record, enum store_verb verb, store_done_cb on_done)
{
    record->job.call = record->call;
    record->is_busy = true;
    record->scheduler->jobs++;
    if (verb == STORE_CLAIM)
        record->job.call.claimed_ms = record->scheduler->clock();
    int status = call_store_do(record->scheduler->store, verb, &record->job, on_done);
    if (status != 0) {
        record_end(record);
        record_on_refused(record, status);
    }
}

/* The store has too much to do: nothing was done, and on_done will not come. */
static void record_on_refused(struct call_record *record, int error)
{
    if (record->job.verb == STORE_UPDATE)
        record->is_changed = true;
    record_trouble(record, "have the store do more", error);
}

void record_end(struct call_record *record)
{
    record->is_busy = false;
    record->scheduler->jobs--;
}

void record_change(struct call_record *record, enum call_state state, const char *reason)
{
    snprintf(record->call.reason, sizeof record->call.reason, "%.*s",
             CALL_REASON_SIZE - 1, reason != NULL ? reason : "");
    record->scheduler->silent -= record->is_silent;
    record->is_silent = false;
    call_table_set_state(&record->scheduler->table, record, state);
    record->is_changed = true;
    record_save(record);
    scheduler_forget_over(record->scheduler);
}

void scheduler_forget_over(struct call_scheduler *scheduler)
{
    struct call_record *record;

    while ((record = call_table_forget_over(&scheduler->table, CALL_SCHEDULER_KEPT)) !=
           NULL)
        record_save(record);
}

void record_save(struct call_record *record)
{
    if (record->is_busy || (!record->is_changed && !record->is_forgotten))
        return;
    record->is_changed = false;
    record_begin(record, record->is_forgotten ? STORE_FORGET : STORE_UPDATE,
                 record_on_saved);
}

/* That the store has not what it is to forget is no trouble. */
static void record_on_saved(struct store_job *job, int status)
{
    struct call_record *record = container_of(job, struct call_record, job);
    struct call_scheduler *scheduler = record->scheduler;
    bool is_gone = job->verb == STORE_FORGET && (status == 0 || status == UV_ENOENT);

    record_end(record);
    if (is_gone) {
        if (record->is_queued)
            timed_queue_remove(&scheduler->queue, &record->entry);
        call_table_remove(&scheduler->table, record);
    } else if (status != 0) {
        record->is_changed = job->verb == STORE_UPDATE && status != UV_ENOENT;
        record_trouble(record,
                       job->verb == STORE_FORGET ? "forget a call" : "update a call",
                       status);
    } else {
        record_save(record);
        if (record->call.state == CALL_SCHEDULED) /* it was put back */
            record_wait(record, scheduler->clock() + CALL_SCHEDULER_RETRY_MS);
    }
    scheduler_finish(scheduler);
}

void record_trouble(struct call_record *record, const char *what, int error)
{
    struct call_scheduler *scheduler = record->scheduler;

    record_wait(record, scheduler->clock() + CALL_SCHEDULER_RETRY_MS);
    if (scheduler->on_trouble != NULL)
        scheduler->on_trouble(scheduler, what, error);
}

void scheduler_finish(struct call_scheduler *scheduler)
{
    if (!scheduler->closing || scheduler->finishing || scheduler->jobs > 0)
        return;
    scheduler->finishing = true;
    timed_queue_close(&scheduler->queue, queue_on_closed);
}

static void queue_on_closed(struct timed_queue *queue)
{
    struct call_scheduler *scheduler = container_of(queue, struct call_scheduler, queue);

    call_store_close(scheduler->store, store_on_closed, scheduler);
}

static void store_on_closed(void *context)
{
    struct call_scheduler *scheduler = context;

    call_table_deinit(&scheduler->table);
    if (scheduler->on_closed != NULL)
        scheduler->on_closed(scheduler);
}
