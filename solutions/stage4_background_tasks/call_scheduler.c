/* call_scheduler: nothing is said before it is written down.
 *
 *     add ............. the store adds it; then it is promised, and waits in the queue
 *     its time comes .. the store claims it; then it is due, and is dialled; if too many
 *                       are just being dialled, it stands in line (call_claiming.h)
 *     events come ..... the store is told what has become of it
 *
 * So at whatever moment the program is killed, the store knows enough. A call that is
 * SCHEDULED there was not dialled. One that is DIALLING may have been: asking the network
 * again under the same command id is safe, for as long as the network knows that. And one
 * that the store does not have was promised to nobody.
 *
 * In the order of time: */
#include "stage4_background_tasks/call_scheduler.h"

#include "lib/memory.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/call_claiming.h"
#include "stage4_background_tasks/call_saving.h"

#include <stdio.h>
#include <string.h>

static void scheduler_on_loaded(void *context, const struct call *call);
static void scheduler_resume(struct call_scheduler *scheduler);
static void record_resume(struct call_record *record, int64_t claimed_ago_ms);
static void promise_on_stored(struct store_job *job, int status);
static struct call_record *scheduler_know(struct call_scheduler *scheduler,
                                          const struct call *call);
static void scheduler_on_time(struct timed_queue *queue, struct timed_entry *entry);
static bool state_follows(enum call_state from, enum call_state to);

int call_scheduler_init(struct call_scheduler *scheduler, uv_loop_t *loop,
                        struct call_store *store, timed_clock_cb clock,
                        call_due_cb on_due, call_trouble_cb on_trouble)
{
    *scheduler = (struct call_scheduler){
        .loop = loop,
        .store = store,
        .clock = clock != NULL ? clock : utc_now_ms,
        .on_due = on_due,
        .on_trouble = on_trouble,
    };
    call_table_init(&scheduler->table);
    list_init(&scheduler->line);
    timed_queue_init(&scheduler->queue, loop, clock, scheduler_on_time);
    int status = call_store_load(store, scheduler_on_loaded, scheduler);
    if (status == 0)
        scheduler_resume(scheduler);
    return status;
}

static void scheduler_on_loaded(void *context, const struct call *call)
{
    struct call_scheduler *scheduler = context;
    struct call_record *record = scheduler_know(scheduler, call);

    record->was_dialling = call->state == CALL_DIALLING;
    record->is_silent = call->state > CALL_DIALLING && call->state < CALL_DONE;
    scheduler->silent += record->is_silent;
}

/* Looks through what the store had, in order of arrival. A call that was going on may be
 * over since, or not: who tells its end will tell it again. But not for ever. When the
 * clock was set back, nobody knows how long ago something was. */
static void scheduler_resume(struct call_scheduler *scheduler)
{
    int64_t now = scheduler->clock();

    for (struct list *link = scheduler->table.records.next;
         link != &scheduler->table.records; link = link->next) {
        struct call_record *record = container_of(link, struct call_record, link);
        int64_t claimed_ms = record->call.claimed_ms;
        int64_t claimed_ago_ms = claimed_ms <= now ? now - claimed_ms : INT64_MAX;

        if (record->call.state == CALL_SCHEDULED || record->call.state == CALL_DIALLING)
            record_resume(record, claimed_ago_ms);
        else if (record->call.state < CALL_DONE &&
                 claimed_ago_ms > CALL_SCHEDULER_LONGEST_MS)
            record_change(record, CALL_FAILED, "its end was not told");
    }
    scheduler_forget_over(scheduler);
}

/* A call of before the restart, SCHEDULED or DIALLING, is seen to. */
static void record_resume(struct call_record *record, int64_t claimed_ago_ms)
{
    if (record->call.state == CALL_SCHEDULED || claimed_ago_ms < CALL_SCHEDULER_SURE_MS)
        record_wait(record, record->call.at_ms);
    else
        record_change(record, CALL_UNSURE, NULL);
}

int call_scheduler_add(struct call_scheduler *scheduler, struct call_promise *promise,
                       int64_t at_ms, const char *number, call_added_cb on_added)
{
    struct call *call = &promise->job.call;

    if (scheduler->stopped)
        return UV_ECANCELED;
    if (scheduler->table.open_count + scheduler->promising >= CALL_SCHEDULER_MAX)
        return UV_ENOBUFS;
    *promise = (struct call_promise){.scheduler = scheduler, .on_added = on_added};
    call->at_ms = at_ms;
    snprintf(call->number, sizeof call->number, "%.*s", PHONE_SIZE - 1, number);
    uuid_random(call->command_id);
    int status =
        call_store_do(scheduler->store, STORE_ADD, &promise->job, promise_on_stored);
    if (status != 0)
        return status;
    scheduler->jobs++;
    scheduler->promising++;
    return 0;
}

/* Only now, when it is kept, is it promised. */
static void promise_on_stored(struct store_job *job, int status)
{
    struct call_promise *promise = container_of(job, struct call_promise, job);
    struct call_scheduler *scheduler = promise->scheduler;

    scheduler->jobs--;
    scheduler->promising--;
    if (status == 0)
        record_wait(scheduler_know(scheduler, &job->call), job->call.at_ms);
    promise->on_added(promise, status);
    scheduler_finish(scheduler);
}

static struct call_record *scheduler_know(struct call_scheduler *scheduler,
                                          const struct call *call)
{
    struct call_record *record = call_table_add(&scheduler->table, call);

    record->scheduler = scheduler;
    return record;
}

/* It is time for a record: to be claimed, or dialled again, or told to the store that
 * could not be told before. */
static void scheduler_on_time(struct timed_queue *queue, struct timed_entry *entry)
{
    struct call_scheduler *scheduler = container_of(queue, struct call_scheduler, queue);
    struct call_record *record = container_of(entry, struct call_record, entry);

    record->is_queued = false;
    if (record->is_busy)
        return;
    if (record->is_changed || record->is_forgotten)
        record_save(record);
    else if (scheduler->stopped)
        return;
    else if (record->call.state == CALL_SCHEDULED)
        record_claim(record);
    else if (record->call.state == CALL_DIALLING)
        record_tell_due(record);
}

bool call_scheduler_update(struct call_scheduler *scheduler, int64_t id,
                           const char *command_id, enum call_state state,
                           const char *reason)
{
    struct call_record *record = call_table_find(&scheduler->table, id);

    if (record == NULL || !state_follows(record->call.state, state) ||
        (command_id != NULL && strcmp(command_id, record->call.command_id) != 0))
        return false;
    if (state == CALL_SCHEDULED)
        record_put_back(record);
    else
        record_change(record, state, reason);
    scheduler_claim_next(scheduler);
    return true;
}

/* Whether it may be told of a call that is `from` that it is `to`. */
static bool state_follows(enum call_state from, enum call_state to)
{
    if (to == CALL_SCHEDULED || to == CALL_UNSURE)
        return from == CALL_DIALLING;
    if (to == CALL_DIALLING || from == CALL_SCHEDULED)
        return false;
    if (from == CALL_FAILED)
        return to == CALL_DONE; /* that it was told has come late */
    return from == CALL_UNSURE || (from < CALL_DONE && to > from);
}

void call_scheduler_limit(struct call_scheduler *scheduler, size_t max_dialling)
{
    scheduler->max_dialling = max_dialling;
}

void call_scheduler_each(const struct call_scheduler *scheduler, size_t max,
                         store_call_cb on_call, void *context)
{
    call_table_each(&scheduler->table, max, on_call, context);
}

void call_scheduler_stop(struct call_scheduler *scheduler)
{
    scheduler->stopped = true;
}

void call_scheduler_close(struct call_scheduler *scheduler,
                          call_scheduler_closed_cb on_closed)
{
    scheduler->stopped = scheduler->closing = true;
    scheduler->on_closed = on_closed;
    scheduler_finish(scheduler);
}
