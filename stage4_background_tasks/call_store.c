/* call_store: given, finished. The functions of the interface, and the states' names. */
#include "stage4_background_tasks/call_store.h"

#include <string.h>

int call_store_load(struct call_store *store, store_call_cb on_call, void *context)
{
    return store->methods->load(store, on_call, context);
}

int call_store_do(struct call_store *store, enum store_verb verb, struct store_job *job,
                  store_done_cb on_done)
{
    job->verb = verb;
    job->on_done = on_done;
    return store->methods->begin(store, job);
}

void call_store_close(struct call_store *store, store_closed_cb on_closed, void *context)
{
    store->methods->close(store, on_closed, context);
}

static const char *const names[CALL_STATES] = {
    [CALL_SCHEDULED] = "scheduled", [CALL_DIALLING] = "dialling",
    [CALL_RINGING] = "ringing",     [CALL_ANSWERED] = "answered",
    [CALL_SPEAKING] = "speaking",   [CALL_DONE] = "done",
    [CALL_FAILED] = "failed",       [CALL_UNSURE] = "unsure",
};

const char *call_state_name(enum call_state state)
{
    return names[state];
}

enum call_state call_state_of_name(const char *name)
{
    enum call_state state = 0;

    while (state < CALL_STATES && strcmp(names[state], name) != 0)
        state++;
    return state;
}
