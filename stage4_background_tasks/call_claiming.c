/* call_claiming: given, finished. A place is taken from the claim on, until the call is
 * not DIALLING any more.
 *
 * In the order of time: */
#include "stage4_background_tasks/call_claiming.h"

#include "lib/memory.h"
#include "stage4_background_tasks/call_saving.h"

static bool scheduler_has_place(const struct call_scheduler *scheduler);
static void record_on_claimed(struct store_job *job, int status);

void record_claim(struct call_record *record)
{
    struct call_scheduler *scheduler = record->scheduler;

    list_append(&scheduler->line, &record->in_line);
    scheduler_claim_next(scheduler);
}

/* A record that stands in line is SCHEDULED: nothing else is done with it meanwhile. */
void scheduler_claim_next(struct call_scheduler *scheduler)
{
    struct list *first;

    while (!scheduler->stopped && scheduler_has_place(scheduler) &&
           (first = list_first(&scheduler->line)) != NULL) {
        struct call_record *record = container_of(first, struct call_record, in_line);

        list_remove(first);
        record_begin(record, STORE_CLAIM, record_on_claimed);
        if (record->is_busy) /* else the store has refused, and it waits again */
            scheduler->claiming++;
    }
}

static bool scheduler_has_place(const struct call_scheduler *scheduler)
{
    size_t taken = scheduler->table.in_state[CALL_DIALLING] + scheduler->claiming;

    return scheduler->max_dialling == 0 || taken < scheduler->max_dialling;
}

/* Only now, when the store has it as claimed, is it dialled: a crash in between may lose
 * the dialling, which is known then, but never the claim. */
static void record_on_claimed(struct store_job *job, int status)
{
    struct call_record *record = container_of(job, struct call_record, job);
    struct call_scheduler *scheduler = record->scheduler;

    record_end(record);
    scheduler->claiming--;
    if (status == UV_EALREADY) {
        record_trouble(record, "claim a call", status);
        record_change(record, CALL_UNSURE, NULL);
    } else if (status != 0) {
        record_trouble(record, "claim a call", status);
    } else if (scheduler->stopped) {
        record->is_changed = true; /* for the store: here it is still SCHEDULED */
        record_save(record);
    } else {
        record->call.claimed_ms = job->call.claimed_ms;
        call_table_set_state(&scheduler->table, record, CALL_DIALLING);
        record_tell_due(record);
    }
    scheduler_claim_next(scheduler);
    scheduler_finish(scheduler);
}

void record_tell_due(struct call_record *record)
{
    struct call call = record->call;

    record->scheduler->on_due(record->scheduler, &call);
}

/* When the store has it as SCHEDULED, record_on_saved() lets it wait. */
void record_put_back(struct call_record *record)
{
    struct call_scheduler *scheduler = record->scheduler;
    int64_t again_ms = scheduler->clock() + CALL_SCHEDULER_RETRY_MS;

    if (!record->was_dialling)
        record_change(record, CALL_SCHEDULED, NULL);
    else if (scheduler->stopped) /* the next start sees to it */
        return;
    else if (again_ms < record->call.claimed_ms + CALL_SCHEDULER_SURE_MS)
        record_wait(record, again_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
}

size_t call_scheduler_count(const struct call_scheduler *scheduler)
{
    return scheduler->table.open_count + scheduler->table.over_count;
}

size_t call_scheduler_going(const struct call_scheduler *scheduler)
{
    size_t count = 0;

    for (int state = CALL_DIALLING; state < CALL_DONE; state++)
        count += scheduler->table.in_state[state];
    return count - scheduler->silent;
}
