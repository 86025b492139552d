/* memory_store: given, finished. It has nothing to wait for, but keeps the contract: a
 * job is done in the loop's next turn, not at once. Whoever has tried a program with it
 * has tried the order of things, too.
 *
 * All that it must know of a call is its state, to tell who may claim it. */
#include "stage4_background_tasks/memory_store.h"

#include "lib/memory.h"

#include <stdlib.h>
#include <string.h>

/* What it knows of a call. */
struct known {
    int64_t id;
    enum call_state state;
};

struct memory_store {
    struct call_store store;
    uv_idle_t turn;   /* active when jobs are to be done in the loop's next turn */
    struct list jobs; /* in order of arrival */
    size_t job_count;
    struct known *calls; /* in order of their ids */
    size_t count, capacity;
    int64_t last_id;
    bool closing;
    store_closed_cb on_closed;
    void *closed_context;
};

static int memory_load(struct call_store *store, store_call_cb on_call, void *context);
static int memory_begin(struct call_store *store, struct store_job *job);
static void memory_on_turn(uv_idle_t *turn);
static int memory_do(struct memory_store *memory, struct store_job *job);
static void memory_close(struct call_store *store, store_closed_cb on_closed,
                         void *context);
static void memory_finish(struct memory_store *memory);
static void memory_on_closed(uv_handle_t *handle);

static const struct call_store_methods methods = {memory_load, memory_begin,
                                                  memory_close};

struct call_store *memory_store_create(uv_loop_t *loop)
{
    struct memory_store *memory = xmalloc(sizeof *memory);

    memory->store.methods = &methods;
    uv_idle_init(loop, &memory->turn);
    list_init(&memory->jobs);
    return &memory->store;
}

static struct memory_store *memory_of(struct call_store *store)
{
    return container_of(store, struct memory_store, store);
}

/* A new one has none. */
static int memory_load(struct call_store *store, store_call_cb on_call, void *context)
{
    (void)store, (void)on_call, (void)context;
    return 0;
}

static int memory_begin(struct call_store *store, struct store_job *job)
{
    struct memory_store *memory = memory_of(store);

    if (memory->closing)
        return UV_ECANCELED;
    if (memory->job_count == STORE_JOBS_MAX)
        return UV_ENOBUFS;
    memory->job_count++;
    list_append(&memory->jobs, &job->link);
    uv_idle_start(&memory->turn, memory_on_turn);
    return 0;
}

/* Does the jobs that are there; what they bring with them waits for the next turn. */
static void memory_on_turn(uv_idle_t *turn)
{
    struct memory_store *memory = container_of(turn, struct memory_store, turn);

    for (size_t count = memory->job_count; count > 0; count--) {
        struct list *first = list_first(&memory->jobs);
        struct store_job *job = container_of(first, struct store_job, link);

        list_remove(first);
        memory->job_count--;
        job->status = memory_do(memory, job);
        job->on_done(job, job->status);
    }
    if (memory->job_count == 0)
        memory_finish(memory);
}

static int known_compare(const void *a, const void *b)
{
    const struct known *left = a, *right = b;

    return (left->id > right->id) - (left->id < right->id);
}

static struct known *memory_find(struct memory_store *memory, int64_t id)
{
    struct known wanted = {.id = id};

    return memory->count == 0 ? NULL
                              : bsearch(&wanted, memory->calls, memory->count,
                                        sizeof(struct known), known_compare);
}

static void memory_add(struct memory_store *memory, struct call *call)
{
    if (memory->count == memory->capacity) {
        memory->capacity = memory->capacity > 0 ? memory->capacity * 2 : 16;
        memory->calls = xrealloc(memory->calls, memory->capacity * sizeof(struct known));
    }
    call->id = ++memory->last_id;
    memory->calls[memory->count++] = (struct known){call->id, call->state};
}

static void memory_forget(struct memory_store *memory, struct known *known)
{
    size_t behind = (size_t)(memory->calls + memory->count - (known + 1));

    memmove(known, known + 1, behind * sizeof *known);
    memory->count--;
}

static int memory_do(struct memory_store *memory, struct store_job *job)
{
    struct known *known = memory_find(memory, job->call.id);

    if (job->verb == STORE_ADD)
        memory_add(memory, &job->call);
    else if (known == NULL)
        return job->verb == STORE_CLAIM ? UV_EALREADY : UV_ENOENT;
    else if (job->verb == STORE_CLAIM && known->state != CALL_SCHEDULED)
        return UV_EALREADY;
    else if (job->verb == STORE_CLAIM)
        known->state = CALL_DIALLING;
    else if (job->verb == STORE_UPDATE)
        known->state = job->call.state;
    else
        memory_forget(memory, known);
    return 0;
}

static void memory_close(struct call_store *store, store_closed_cb on_closed,
                         void *context)
{
    struct memory_store *memory = memory_of(store);

    memory->closing = true;
    memory->on_closed = on_closed;
    memory->closed_context = context;
    if (memory->job_count == 0)
        memory_finish(memory);
}

/* No job is left: rests, or, when it is to be closed, closes. */
static void memory_finish(struct memory_store *memory)
{
    uv_idle_stop(&memory->turn);
    if (memory->closing && !uv_is_closing((uv_handle_t *)&memory->turn))
        uv_close((uv_handle_t *)&memory->turn, memory_on_closed);
}

static void memory_on_closed(uv_handle_t *handle)
{
    struct memory_store *memory =
        container_of((uv_idle_t *)handle, struct memory_store, turn);
    store_closed_cb on_closed = memory->on_closed;
    void *context = memory->closed_context;

    free(memory->calls);
    free(memory);
    if (on_closed != NULL)
        on_closed(context);
}
