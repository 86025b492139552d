/* call_store: where the calls that were promised are kept.
 *
 * An interface, so that there can be several: sqlite_store.h keeps them in a file, and
 * they outlive the program; memory_store.h forgets them with it. Its only user is the
 * call_scheduler.
 *
 * A call's way: SCHEDULED, DIALLING (claimed: written down *before* it is dialled), then
 * the states that the telephone network tells. A store that outlives the program knows
 * after a crash which calls had been claimed, since when, and under which command id. */
#ifndef STAGE4_CALL_STORE_H
#define STAGE4_CALL_STORE_H

#include "lib/list.h"
#include "lib/phone.h"
#include "lib/uuid.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct call_store;
struct store_job;

enum call_state {
    CALL_SCHEDULED, /* its time has not come */
    CALL_DIALLING,  /* claimed; the network was, or will be, asked to dial it */
    CALL_RINGING,   /* the network has it */
    CALL_ANSWERED,  /* somebody has taken it */
    CALL_SPEAKING,  /* the joke is being told */
    CALL_DONE,      /* it was told, and hung up */
    CALL_FAILED,    /* not told: refused, busy, nobody there; `reason` says why */
    CALL_UNSURE, /* perhaps dialled: claimed too long before a crash, or never answered */
    CALL_STATES
};

enum { CALL_REASON_SIZE = 64 }; /* bytes */

enum { STORE_JOBS_MAX = 250000 }; /* that a store has at once */

/* A call. A value: it may be copied. */
struct call {
    int64_t id;         /* from 1 on; a store gives none twice */
    int64_t at_ms;      /* when it is to be dialled: ms since 1970, UTC */
    int64_t claimed_ms; /* when it was claimed last; 0: it was not */
    enum call_state state;
    char number[PHONE_SIZE];          /* E.164 */
    char command_id[UUID_LENGTH + 1]; /* of its dial command, also when it is repeated */
    char reason[CALL_REASON_SIZE];    /* why it has failed: "busy"; "" */
};

/* What a store is to do. */
enum store_verb {
    STORE_ADD,    /* a new call; gives it its id */
    STORE_CLAIM,  /* SCHEDULED becomes DIALLING, at claimed_ms: UV_EALREADY, it was not
                     SCHEDULED, or there is no such call */
    STORE_UPDATE, /* its state and reason are these now */
    STORE_FORGET  /* it need not be kept any more */
};

/* The job is done: `status` is 0, or a negative UV_E* (UV_ENOENT: there is no such call;
 * UV_EIO, UV_ENOSPC, ...: the store could not). When it is 0 it is kept: also after a
 * crash, if the store outlives one. Exactly once for each call_store_do() that returned
 * 0, from the loop, in the order of the jobs, never inside call_store_do(). */
typedef void (*store_done_cb)(struct store_job *job, int status);

/* A job for a store: the caller's memory. Fill in `call` before call_store_do(); read it
 * in store_done_cb. */
struct store_job {
    struct call call; /* STORE_ADD sets `id`; STORE_CLAIM reads id and claimed_ms */
    enum store_verb verb;
    int status;
    struct list link; /* the store's own */
    store_done_cb on_done;
};

/* One call of those that a store had when it was opened. `call` is valid until it
 * returns. */
typedef void (*store_call_cb)(void *context, const struct call *call);

typedef void (*store_closed_cb)(void *context);

/* What a store can. The functions get the store that they are called with. */
struct call_store_methods {
    int (*load)(struct call_store *store, store_call_cb on_call, void *context);
    int (*begin)(struct call_store *store, struct store_job *job);
    void (*close)(struct call_store *store, store_closed_cb on_closed, void *context);
};

/* A store: the first member of each kind's own struct. */
struct call_store {
    const struct call_store_methods *methods;
};

/* Calls `on_call` with each call that the store has, in order of their ids, before it
 * returns: for the beginning of a program, since it may block. 0, or a negative UV_E*. */
int call_store_load(struct call_store *store, store_call_cb on_call, void *context);

/* Gives the store a job. Borrows `job` until `on_done`. Returns 0, or a negative UV_E*,
 * and `on_done` never comes: UV_ENOBUFS, too many wait; UV_ECANCELED, it is closing. */
int call_store_do(struct call_store *store, enum store_verb verb, struct store_job *job,
                  store_done_cb on_done);

/* Does the jobs that it has, then closes the store and calls `on_closed` (may be NULL);
 * from there on its memory is free for other use. */
void call_store_close(struct call_store *store, store_closed_cb on_closed, void *context);

/* A state's name, "scheduled"; and back: CALL_STATES when there is no such state. */
const char *call_state_name(enum call_state state);
enum call_state call_state_of_name(const char *name);

#endif
