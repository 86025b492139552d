/* call_scheduler: calls that are promised for a time, and dialled then, each once.
 *
 * It keeps them in a call_store and waits for them with a timed_queue. A call is promised
 * when the store has it (call_added_cb); it is due when its time has come and the store
 * has written down that it is claimed (call_due_cb). What was promised before the program
 * ended, in whichever way, is due after the next start.
 *
 * A call that was claimed when the program died may have been dialled, or not. It is due
 * again, under the same command id, which the network ignores for 60 s when it knows it;
 * when more time has passed it becomes CALL_UNSURE and is not dialled. */
#ifndef STAGE4_CALL_SCHEDULER_H
#define STAGE4_CALL_SCHEDULER_H

#include "stage4_background_tasks/call_store.h"
#include "stage4_background_tasks/call_table.h"
#include "stage4_background_tasks/timed_queue.h"

struct call_scheduler;
struct call_promise;

enum {
    CALL_SCHEDULER_MAX = 100000,        /* calls that are not over, at once */
    CALL_SCHEDULER_KEPT = 1000,         /* calls that are over, for the list */
    CALL_SCHEDULER_SURE_MS = 60 * 1000, /* so long the network knows a command id */
    CALL_SCHEDULER_LONGEST_MS = 4 * 60 * 60 * 1000, /* no call goes on longer */
    CALL_SCHEDULER_RETRY_MS = 5000, /* when the store could not, it is asked again */
};

/* The call is promised (0), or not (a negative UV_E*: UV_ENOBUFS, too many wait; what the
 * store said). Exactly once for each call_scheduler_add() that returned 0, from the loop.
 * From its return on the promise's memory is free for other use. */
typedef void (*call_added_cb)(struct call_promise *promise, int status);

/* The call's time has come, and it is claimed: dial it at once, and tell what becomes of
 * it with call_scheduler_update(). From the loop, once a call (and once more after a
 * crash, see above, or when it was put back). `call` is valid until it returns. */
typedef void (*call_due_cb)(struct call_scheduler *scheduler, const struct call *call);

/* The store has failed to do something (a negative UV_E*) that nobody waits for: "claim a
 * call", "update a call", "forget a call". It is tried again every
 * CALL_SCHEDULER_RETRY_MS; a call is not dialled before its claim is written down. */
typedef void (*call_trouble_cb)(struct call_scheduler *scheduler, const char *what,
                                int error);

typedef void (*call_scheduler_closed_cb)(struct call_scheduler *scheduler);

/* A call that is being promised: the caller's memory. */
struct call_promise {
    struct store_job job; /* job.call is the call */
    struct call_scheduler *scheduler;
    call_added_cb on_added;
};

/* The caller's memory. Leave it alone. */
struct call_scheduler {
    uv_loop_t *loop;
    struct call_store *store;
    struct timed_queue queue;
    timed_clock_cb clock;
    call_due_cb on_due;
    call_trouble_cb on_trouble;
    struct call_table table; /* all that are known */
    struct list line;        /* of records: their time has come, and there is no place */
    size_t max_dialling;     /* places; 0: any number */
    size_t claiming;         /* so many are being claimed */
    size_t silent;           /* of those that go on nothing was told since the start */
    size_t promising;        /* further ones, that the store does not have yet */
    size_t jobs;             /* given to the store, and not done */
    bool stopped;
    bool closing; /* and all is to be closed when no job is left */
    bool finishing;
    call_scheduler_closed_cb on_closed;
};

/* Makes a scheduler on `store` (taken) and loads what it has; nothing is due before the
 * loop runs. `clock` may be NULL: the system's; `on_trouble` may be. Returns 0; or what
 * the store said, and then it can only be closed. Borrows `scheduler` and `loop` until it
 * is closed. */
int call_scheduler_init(struct call_scheduler *scheduler, uv_loop_t *loop,
                        struct call_store *store, timed_clock_cb clock,
                        call_due_cb on_due, call_trouble_cb on_trouble);

/* At most so many calls are DIALLING at once; the others stay SCHEDULED until it is their
 * turn, so that what is claimed is dialled at once. 0, and without this: any number. Of
 * those that were DIALLING when it was started all are due. */
void call_scheduler_limit(struct call_scheduler *scheduler, size_t max_dialling);

/* Promises to dial `number` (E.164, copied) at `at_ms`. Borrows `promise` until
 * `on_added`. Returns 0; or a negative UV_E*, and `on_added` never comes: UV_ENOBUFS, too
 * many calls wait; UV_ECANCELED, it was stopped. */
int call_scheduler_add(struct call_scheduler *scheduler, struct call_promise *promise,
                       int64_t at_ms, const char *number, call_added_cb on_added);

/* Tells what has become of a call: its state and, if it has failed, the reason (copied;
 * NULL: none). States never go back: what comes late (CALL_RINGING after CALL_ANSWERED)
 * is ignored, and so are an id that is not known, a call that was not due, and one that
 * has another command id (NULL: whatever it is): the id was given twice, by two stores.
 * What is told of a CALL_UNSURE one is news, and that a CALL_FAILED one is CALL_DONE. Of
 * a DIALLING one only it may be told that it is CALL_UNSURE (nobody knows whether it was
 * dialled), or CALL_SCHEDULED: it was not dialled, and is due again in
 * CALL_SCHEDULER_RETRY_MS; if it was stopped, after the next start. Returns whether it
 * was news. */
bool call_scheduler_update(struct call_scheduler *scheduler, int64_t id,
                           const char *command_id, enum call_state state,
                           const char *reason);

/* Calls `on_call`, before it returns, with the first `max` of those that are not over, in
 * order of time; then with the last `max` of those that are (the newest
 * CALL_SCHEDULER_KEPT are known), the latest first. */
void call_scheduler_each(const struct call_scheduler *scheduler, size_t max,
                         store_call_cb on_call, void *context);

/* How many calls are known. */
size_t call_scheduler_count(const struct call_scheduler *scheduler);

/* How many of them go on, from CALL_DIALLING to CALL_SPEAKING. One that went on before
 * the program was started counts from when something is told of it: it may be over, and
 * nobody has heard of it. */
size_t call_scheduler_going(const struct call_scheduler *scheduler);

/* Nothing is due any more, and nothing is promised; what is known stays known, and
 * call_scheduler_update() is still heard. A call that is just being claimed is SCHEDULED
 * again, for the next start; so are those that have no place yet. */
void call_scheduler_stop(struct call_scheduler *scheduler);

/* Stops it, waits for what the store has to do, closes the store, and then calls
 * `on_closed` (may be NULL), from the loop. */
void call_scheduler_close(struct call_scheduler *scheduler,
                          call_scheduler_closed_cb on_closed);

#endif
