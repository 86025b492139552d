/* sqlite_store: what is told as kept is on the disk.
 *
 * SQLite blocks, for some milliseconds with each commit, so it works on a thread of the
 * pool: one batch of jobs at a time. What arrives meanwhile waits, and is the next batch,
 * in one transaction: so a thousand jobs that come at once cost two commits, not a
 * thousand. Only after the commit, and back on the loop's thread, are the jobs told as
 * done.
 *
 * The loop's thread does not touch `file` and `batch` while a batch is worked on, and the
 * pool's touches nothing else.
 *
 * In the order of time: */
#include "stage4_background_tasks/sqlite_store.h"

#include "lib/memory.h"
#include "stage4_background_tasks/sqlite_file.h"

#include <stdlib.h>

struct sqlite_store {
    struct call_store store;
    uv_loop_t *loop;
    struct sqlite_file file;
    uv_work_t work;
    bool working;
    struct list jobs;  /* they wait, in order of arrival */
    struct list batch; /* they are worked on */
    size_t job_count;  /* of both */
    bool closing;
    store_closed_cb on_closed;
    void *closed_context;
};

static int store_load(struct call_store *store, store_call_cb on_call, void *context);
static int store_begin(struct call_store *store, struct store_job *job);
static void store_next(struct sqlite_store *sqlite);
static void store_on_work(uv_work_t *work);
static int store_transact(struct sqlite_store *sqlite, struct list *first,
                          struct list *end);
static int store_do(struct sqlite_store *sqlite, struct store_job *job);
static int store_claim(struct sqlite_store *sqlite, const struct call *call);
static void store_on_worked(uv_work_t *work, int status);
static void store_close(struct call_store *store, store_closed_cb on_closed,
                        void *context);
static void store_on_close(uv_work_t *work);
static void store_on_closed(uv_work_t *work, int status);

static const struct call_store_methods methods = {store_load, store_begin, store_close};

int sqlite_store_open(struct call_store **store, uv_loop_t *loop, const char *path,
                      char *problem, size_t size)
{
    struct sqlite_store *sqlite = xmalloc(sizeof *sqlite);
    int status = sqlite_file_open(&sqlite->file, path, problem, size);

    if (status != 0) {
        free(sqlite);
        return status;
    }
    sqlite->store.methods = &methods;
    sqlite->loop = loop;
    list_init(&sqlite->jobs);
    list_init(&sqlite->batch);
    *store = &sqlite->store;
    return 0;
}

static int store_load(struct call_store *store, store_call_cb on_call, void *context)
{
    struct sqlite_store *sqlite = container_of(store, struct sqlite_store, store);

    return sqlite_file_load(&sqlite->file, on_call, context);
}

static int store_begin(struct call_store *store, struct store_job *job)
{
    struct sqlite_store *sqlite = container_of(store, struct sqlite_store, store);

    if (sqlite->closing)
        return UV_ECANCELED;
    if (sqlite->job_count == STORE_JOBS_MAX)
        return UV_ENOBUFS;
    sqlite->job_count++;
    list_append(&sqlite->jobs, &job->link);
    store_next(sqlite);
    return 0;
}

/* All that wait become the next batch, if none is worked on. The last thing that is done
 * is to close the file. */
static void store_next(struct sqlite_store *sqlite)
{
    struct list *first;

    if (sqlite->working)
        return;
    while ((first = list_first(&sqlite->jobs)) != NULL) {
        list_remove(first);
        list_append(&sqlite->batch, first);
    }
    sqlite->working = true;
    if (!list_is_empty(&sqlite->batch))
        uv_queue_work(sqlite->loop, &sqlite->work, store_on_work, store_on_worked);
    else if (sqlite->closing)
        uv_queue_work(sqlite->loop, &sqlite->work, store_on_close, store_on_closed);
    else
        sqlite->working = false;
}

/* On a thread of the pool. When the batch fails nothing of it is kept, and which job it
 * was that could not be done is not known: so each is tried alone. Whether the file is
 * there is looked at before: what was committed is not told as failed. */
static void store_on_work(uv_work_t *work)
{
    struct sqlite_store *sqlite = container_of(work, struct sqlite_store, work);
    struct list *batch = &sqlite->batch;
    bool is_there = sqlite_file_is_there(&sqlite->file);
    bool alone = !is_there || store_transact(sqlite, batch->next, batch) != 0;

    for (struct list *link = batch->next; alone && link != batch; link = link->next) {
        struct store_job *job = container_of(link, struct store_job, link);
        int status = is_there ? store_transact(sqlite, link, link->next) : UV_EIO;

        if (status != 0)
            job->status = status;
    }
}

/* Does one job; its transaction has begun. */
static int store_do(struct sqlite_store *sqlite, struct store_job *job)
{
    struct call *call = &job->call;
    int rows = 0; /* that were changed; or an error */

    if (job->verb == STORE_CLAIM)
        return store_claim(sqlite, call);
    if (job->verb == STORE_ADD)
        rows = sqlite_file_run(
            &sqlite->file,
            "INSERT INTO calls (at_ms, claimed_ms, state, number, command_id, reason)"
            " VALUES (:at_ms, :claimed_ms, :state, :number, :command_id, :reason)",
            call);
    else if (job->verb == STORE_UPDATE)
        rows = sqlite_file_run(
            &sqlite->file,
            "UPDATE calls SET state = :state, reason = :reason WHERE id = :id", call);
    else
        rows = sqlite_file_run(&sqlite->file, "DELETE FROM calls WHERE id = :id", call);
    if (job->verb == STORE_ADD)
        call->id = sqlite_file_last_id(&sqlite->file);
    return rows > 0 ? 0 : rows == 0 ? UV_ENOENT : rows;
}

/* Claims a call: SCHEDULED becomes DIALLING, at call->claimed_ms. 0; UV_EALREADY: it was
 * not SCHEDULED; or what the file said. */
static int store_claim(struct sqlite_store *sqlite, const struct call *call)
{
    /* TODO 4.15 (red) Keep what is told as kept.
     * store_claim: sqlite_file_run() one UPDATE of the table calls: state is 'dialling',
     * claimed_ms is :claimed_ms, where id is :id and state is 'scheduled'. It returns how
     * many rows that were: none, and somebody else has claimed it (UV_EALREADY).
     * store_transact: BEGIN; store_do() each job, and keep what it returns in
     * job->status; COMMIT. That a job was not possible (UV_EALREADY, UV_ENOENT) is an
     * answer like others. Anything else, or a COMMIT that fails (a full disk), ends it
     * all: ROLLBACK, and return the error. */
    (void)sqlite, (void)call;
    return TODO("4.15");
}

/* Does the jobs from `first` on to the one before `end`, in one transaction, and notes in
 * each how it went. 0: what they did is on the disk. Or what the file said, and nothing
 * of it is. */
static int store_transact(struct sqlite_store *sqlite, struct list *first,
                          struct list *end)
{
    (void)sqlite, (void)first, (void)end, (void)store_do;
    return TODO("4.15");
    /* END 4.15 */
}

/* On the loop's thread again: tells how the jobs went, and goes on. What begins inside
 * on_done waits for the next batch. */
static void store_on_worked(uv_work_t *work, int status)
{
    struct sqlite_store *sqlite = container_of(work, struct sqlite_store, work);
    struct list *first;

    while ((first = list_first(&sqlite->batch)) != NULL) {
        struct store_job *job = container_of(first, struct store_job, link);

        list_remove(first);
        sqlite->job_count--;
        job->on_done(job, status != 0 ? status : job->status);
    }
    sqlite->working = false;
    store_next(sqlite);
}

static void store_close(struct call_store *store, store_closed_cb on_closed,
                        void *context)
{
    struct sqlite_store *sqlite = container_of(store, struct sqlite_store, store);

    sqlite->closing = true;
    sqlite->on_closed = on_closed;
    sqlite->closed_context = context;
    store_next(sqlite);
}

/* On a thread of the pool: what is in the log goes into the file. */
static void store_on_close(uv_work_t *work)
{
    sqlite_file_close(&container_of(work, struct sqlite_store, work)->file);
}

static void store_on_closed(uv_work_t *work, int status)
{
    struct sqlite_store *sqlite = container_of(work, struct sqlite_store, work);
    store_closed_cb on_closed = sqlite->on_closed;
    void *context = sqlite->closed_context;

    (void)status;
    free(sqlite);
    if (on_closed != NULL)
        on_closed(context);
}
