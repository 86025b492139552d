/* call_saving: keeps the store in step with a call_scheduler's records. For that one
 * alone. */
#ifndef STAGE4_CALL_SAVING_H
#define STAGE4_CALL_SAVING_H

#include "stage4_background_tasks/call_scheduler.h"

/* Puts the record into the scheduler's queue, due at `at_ms`, if it is not in it. */
void record_wait(struct call_record *record, int64_t at_ms);

/* Gives the record's call to the store, for STORE_CLAIM say; `on_done` comes once, later;
 * it has to call record_end(). The record must not be busy. */
void record_begin(struct call_record *record, enum store_verb verb,
                  store_done_cb on_done);

/* The store's job is done: the record is not busy any more. */
void record_end(struct call_record *record);

/* Has the store know the record's call as it is now, or forget it, if that must be; as
 * soon as it is not busy. */
void record_save(struct call_record *record);

/* The call is this now; the store is to know, and to forget those that are over for
 * longest, if there are too many. `reason` may be NULL: there is none. */
void record_change(struct call_record *record, enum call_state state, const char *reason);

/* Has the store forget the calls that are too many. */
void scheduler_forget_over(struct call_scheduler *scheduler);

/* The store could not do that: says so, and the queue will have it tried again. */
void record_trouble(struct call_record *record, const char *what, int error);

/* Closes all, if it is to be closed and the store has no job left. */
void scheduler_finish(struct call_scheduler *scheduler);

#endif
