/* call_claiming: when a call is claimed whose time has come. For the scheduler alone.
 *
 * To claim a call is to say that it is being dialled: after a crash nobody knows more. So
 * no more are claimed than are dialled at once; the others stand in line, SCHEDULED, and
 * a crash, or the program's end, does them no harm. */
#ifndef STAGE4_CALL_CLAIMING_H
#define STAGE4_CALL_CLAIMING_H

#include "stage4_background_tasks/call_scheduler.h"

/* The time of a SCHEDULED record has come: it is claimed, and then told as due, as soon
 * as there is a place for it, in the order in which this was called. */
void record_claim(struct call_record *record);

/* Tells that the record's call is due. on_due may change the record. */
void record_tell_due(struct call_record *record);

/* A DIALLING record's call was not dialled after all: it is SCHEDULED again, and due in
 * CALL_SCHEDULER_RETRY_MS. One that was claimed before this program was started may have
 * been dialled then: it stays DIALLING, and is due again, or becomes UNSURE. */
void record_put_back(struct call_record *record);

/* There may be a place: claims those that stand in line, as many as there are places. */
void scheduler_claim_next(struct call_scheduler *scheduler);

#endif
