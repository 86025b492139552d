/* background_lab [LIMIT...] STEP...: plays a script on a background, one step after the
 * other.
 *
 * The tests drive background.c and background_work.c with it: no clock is involved, every
 * order of events can be asked for, and everything that happens is a line. Given,
 * finished.
 *
 *   running=N, queued=N   the limits max_running and max_queued; before all other steps
 *   spawn=NAME            spawns a task, which runs until it is told to end. NAME is a
 *                         word; behind a colon may stand what kind of task it is:
 *                           NAME:instant   it ends inside its run
 *                           NAME:broken    the same, with UV_ECONNRESET
 *                           NAME:parent    its run spawns the task NAME+
 *                           NAME:reborn    when on_failed tells of it, NAME+ is spawned
 *                           NAME:slow      it is asked to end, and does not at once
 *                           NAME:deaf      it cannot be cancelled
 *   end=NAME, fail=NAME   the task ends, well or with UV_ECONNRESET
 *   do=NAME               background_do(): work that waits on its thread for its release.
 *                         Its kinds are
 *                           NAME:broken    on_done() returns UV_EIO
 *                           NAME:freed     on_done() frees it
 *   begun=NAME            lets the loop run until this work has begun
 *   release=NAME          the work is done
 *   turn                  the loop runs once, without waiting
 *   count                 says how many run, and how many wait
 *   asleep                says whether the loop could sleep now
 *   drain=MS, hurry       background_drain(), background_hurry()
 *
 * After the last step the loop runs as long as a task is left, and then to the end. If
 * there was no drain by then, the lab ends every task of its own, and drains. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage4_background_tasks/background.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "background_lab [running=N] [queued=N] [spawn=NAME[:KIND]|end=NAME|fail=NAME|"       \
    "do=NAME[:KIND]|begun=NAME|release=NAME|turn|count|asleep|drain=MS|hurry]..."

enum { MAX_NAME = 31, MAX_LIMIT = 1000000 };
enum { MAX_TURNS = 10000, LAST_TURNS = 3 }; /* of the loop, for one thing */
enum { MAX_DRAIN_MS = 3600000 };

struct lab {
    uv_loop_t loop;
    struct background background;
    struct background_options options;
    struct list jobs;
    struct list done;   /* works that are done: they are freed a step later */
    uv_async_t began;   /* the loop is to look which work has begun */
    uv_thread_t thread; /* the loop's */
    uv_mutex_t mutex;   /* for `has_begun` and `released` of all jobs */
    uv_cond_t changed;
    bool started;
    bool drained;
};

/* A task, or a piece of work. */
struct job {
    struct lab *lab;
    struct list link;
    char name[MAX_NAME + 2];
    char kind[MAX_NAME + 1];
    bool is_work;
    struct background_work work; /* of a task: only work.task */
    bool has_begun;              /* work: it is on a thread */
    bool released;
};

static int lab_step(struct lab *lab, const char *step);
static void lab_spawn(struct lab *lab, const char *text, bool is_work);
static void job_run(struct task *task);
static void job_on_work(struct background_work *work);
static int job_on_done(struct background_work *work, int status);
static void job_cancel(struct task *task);
static void job_end(struct job *job, int status);
static void job_free(struct job *job);
static void lab_on_failed(struct background *background, const char *name, int error);
static void lab_on_left(struct background *background, const char *name);
static void lab_on_drained(struct background *background);
static int lab_close(struct lab *lab);

static const char *name_of(int status)
{
    return status == 0 ? "0" : uv_err_name(status);
}

static struct job *job_of(struct task *task)
{
    return container_of(task, struct job, work.task);
}

/* The job with that name that was spawned last; NULL: there is none. */
static struct job *lab_find(struct lab *lab, const char *name, bool is_work)
{
    struct list *link;

    for (link = lab->jobs.previous; link != &lab->jobs; link = link->previous) {
        struct job *job = container_of(link, struct job, link);
        if (strcmp(job->name, name) == 0 && job->is_work == is_work)
            return job;
    }
    return NULL;
}

/* --- The steps -------------------------------------------------------------------------
 */

/* "NAME=VALUE": the value, or NULL when the step is another one. */
static const char *value_of(const char *step, const char *name)
{
    size_t length = strlen(name);

    return strncmp(step, name, length) == 0 && step[length] == '=' ? step + length + 1
                                                                   : NULL;
}

static bool is_kind(const char *kind, bool is_work)
{
    static const char *const tasks[] = {"",       "broken", "instant", "parent",
                                        "reborn", "slow",   "deaf",    NULL};
    static const char *const works[] = {"", "broken", "freed", NULL};
    const char *const *kinds = is_work ? works : tasks;

    while (*kinds != NULL && strcmp(*kinds, kind) != 0)
        kinds++;
    return *kinds != NULL;
}

/* NAME or NAME:KIND. */
static bool is_job(const char *text, bool is_work)
{
    size_t name = strcspn(text, ":"), kind = strlen(text) - name;

    return name > 0 && name <= MAX_NAME && (kind == 0 || kind > 1) &&
           is_kind(kind > 0 ? text + name + 1 : "", is_work);
}

/* A limit is for background_init(), which the first of the other steps needs. */
static bool lab_limit(struct lab *lab, const char *step)
{
    const char *running = value_of(step, "running"), *queued = value_of(step, "queued");
    unsigned long long number;

    if (lab->started || (running == NULL && queued == NULL) ||
        !parse_whole(running != NULL ? running : queued, 1, MAX_LIMIT, &number))
        return false;
    *(running != NULL ? &lab->options.max_running : &lab->options.max_queued) =
        (size_t)number;
    return true;
}

static void lab_start(struct lab *lab)
{
    if (!lab->started)
        background_init(&lab->background, &lab->loop, &lab->options);
    lab->started = true;
}

static bool job_has_begun(struct job *job)
{
    uv_mutex_lock(&job->lab->mutex);
    bool has_begun = job->has_begun;
    uv_mutex_unlock(&job->lab->mutex);
    return has_begun;
}

/* Whether something is to come that the loop may wait for: this job runs, or another one
 * was released, and will be done. */
static bool job_may_begin(struct job *job)
{
    struct list *jobs = &job->lab->jobs, *link;
    bool may_begin = job->work.task.is_running;

    for (link = jobs->next; link != jobs; link = link->next)
        may_begin = may_begin || container_of(link, struct job, link)->released;
    return may_begin && uv_loop_alive(&job->lab->loop);
}

/* Lets the loop run until the work is on a thread. If something is wrong it may even be
 * done meanwhile, and not be there any more. */
static void lab_begun(struct lab *lab, const char *name)
{
    struct job *job = lab_find(lab, name, true);

    for (int turn = 0; turn < MAX_TURNS && job != NULL && !job_has_begun(job); turn++) {
        bool may_begin = job_may_begin(job);

        if (!may_begin && turn >= LAST_TURNS)
            break;
        uv_run(&lab->loop, may_begin ? UV_RUN_ONCE : UV_RUN_NOWAIT);
        job = lab_find(lab, name, true);
    }
    printf("%s %s\n", name,
           job != NULL && job_has_begun(job) ? "has begun" : "does not begin");
}

static void lab_release(struct lab *lab, struct job *job)
{
    uv_mutex_lock(&lab->mutex);
    job->released = true;
    uv_cond_broadcast(&lab->changed);
    uv_mutex_unlock(&lab->mutex);
}

/* A step about a job that is there. */
static bool lab_tell(struct lab *lab, const char *step)
{
    const char *name = strchr(step, '=');
    struct job *job;

    if (name == NULL)
        return false;
    if (value_of(step, "end") != NULL && (job = lab_find(lab, name + 1, false)) != NULL)
        job_end(job, 0);
    else if (value_of(step, "fail") && (job = lab_find(lab, name + 1, false)) != NULL)
        job_end(job, UV_ECONNRESET);
    else if (value_of(step, "begun") && lab_find(lab, name + 1, true) != NULL)
        lab_begun(lab, name + 1);
    else if (value_of(step, "release") && (job = lab_find(lab, name + 1, true)) != NULL)
        puts(step), lab_release(lab, job);
    else
        return false;
    return true;
}

static bool lab_drain(struct lab *lab, const char *deadline)
{
    unsigned long long ms;

    if (lab->background.draining || !parse_whole(deadline, 0, MAX_DRAIN_MS, &ms))
        return false;
    puts("drain");
    background_drain(&lab->background, ms, lab_on_drained);
    puts("background_drain returned");
    return true;
}

static void lab_free_done(struct lab *lab)
{
    struct list *link;

    while ((link = list_first(&lab->done)) != NULL)
        job_free(container_of(link, struct job, link));
}

/* Plays one step. 0, or UV_EINVAL: there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    const char *value;

    if (lab_limit(lab, step))
        return 0;
    lab_start(lab);
    lab_free_done(lab);
    if (strcmp(step, "turn") == 0) {
        puts("turn");
        uv_run(&lab->loop, UV_RUN_NOWAIT);
    } else if (strcmp(step, "count") == 0) {
        printf("%zu run, %zu wait\n", lab->background.running, lab->background.queued);
    } else if (strcmp(step, "asleep") == 0) {
        puts(uv_backend_timeout(&lab->loop) == 0 && uv_loop_alive(&lab->loop)
                 ? "the loop cannot sleep"
                 : "the loop can sleep");
    } else if (strcmp(step, "hurry") == 0 && lab->background.draining && !lab->drained) {
        puts("hurry");
        background_hurry(&lab->background);
    } else if ((value = value_of(step, "spawn")) != NULL && is_job(value, false)) {
        lab_spawn(lab, value, false);
    } else if ((value = value_of(step, "do")) != NULL && is_job(value, true)) {
        lab_spawn(lab, value, true);
    } else if ((value = value_of(step, "drain")) == NULL || !lab_drain(lab, value)) {
        return lab_tell(lab, step) ? 0 : UV_EINVAL;
    }
    return 0;
}

/* --- Jobs ------------------------------------------------------------------------------
 */

/* Spawns NAME or NAME:KIND. */
static void lab_spawn(struct lab *lab, const char *text, bool is_work)
{
    size_t length = strcspn(text, ":");
    struct job *job = xmalloc(sizeof *job);
    int status;

    job->lab = lab;
    job->is_work = is_work;
    memcpy(job->name, text, length);
    strcpy(job->kind, text[length] == ':' ? text + length + 1 : "");
    list_append(&lab->jobs, &job->link);
    printf("spawn %s\n", job->name);
    if (is_work)
        status = background_do(&lab->background, &job->work, job->name, job_on_work,
                               job_on_done);
    else
        status = background_spawn(&lab->background, &job->work.task, job->name, job_run,
                                  strcmp(job->kind, "deaf") == 0 ? NULL : job_cancel);
    printf("spawned: %s\n", name_of(status));
    if (status != 0)
        job_free(job);
}

static void lab_spawn_child(struct lab *lab, const char *name)
{
    char child[MAX_NAME + 3];

    snprintf(child, sizeof child, "%s+", name);
    if (strlen(child) <= MAX_NAME)
        lab_spawn(lab, child, false);
}

static void job_run(struct task *task)
{
    struct job *job = job_of(task);

    printf("%s runs\n", job->name);
    if (strcmp(job->kind, "parent") == 0)
        lab_spawn_child(job->lab, job->name);
    if (strcmp(job->kind, "instant") == 0)
        job_end(job, 0);
    else if (strcmp(job->kind, "broken") == 0 || strcmp(job->kind, "reborn") == 0)
        job_end(job, UV_ECONNRESET);
}

/* On a thread of the pool, or so it should be: the loop's own must not wait. */
static void job_on_work(struct background_work *work)
{
    struct job *job = container_of(work, struct job, work);
    struct lab *lab = job->lab;
    uv_thread_t here = uv_thread_self();

    if (uv_thread_equal(&here, &lab->thread)) {
        printf("%s works on the loop's thread\n", job->name);
        return;
    }
    uv_mutex_lock(&lab->mutex);
    job->has_begun = true;
    uv_async_send(&lab->began);
    while (!job->released)
        uv_cond_wait(&lab->changed, &lab->mutex);
    uv_mutex_unlock(&lab->mutex);
}

static int job_on_done(struct background_work *work, int status)
{
    struct job *job = container_of(work, struct job, work);
    uv_thread_t here = uv_thread_self();

    if (!uv_thread_equal(&here, &job->lab->thread)) {
        printf("%s is done on another thread than the loop's\n", job->name);
        return status;
    }
    printf("%s is done: %s\n", job->name, name_of(status));
    if (strcmp(job->kind, "freed") == 0) {
        job_free(job);
        return status;
    }
    list_remove(&job->link);
    list_append(&job->lab->done, &job->link);
    return status == 0 && strcmp(job->kind, "broken") == 0 ? UV_EIO : status;
}

static void job_cancel(struct task *task)
{
    struct job *job = job_of(task);

    printf("%s is asked to end\n", job->name);
    if (strcmp(job->kind, "slow") != 0)
        job_end(job, UV_ECANCELED);
}

static void job_end(struct job *job, int status)
{
    printf("%s ends: %s\n", job->name, name_of(status));
    if (job->work.task.background == NULL)
        puts("but it is no task");
    else
        task_end(&job->work.task, status);
    job_free(job);
}

/* What is no job any more cannot be found by its name. */
static void job_free(struct job *job)
{
    list_remove(&job->link);
    free(job);
}

static void lab_on_failed(struct background *background, const char *name, int error)
{
    struct lab *lab = container_of(background, struct lab, background);
    struct job *job = lab_find(lab, name, false);

    printf("%s has failed: %s\n", name, uv_err_name(error));
    if (job != NULL && strcmp(job->kind, "reborn") == 0)
        lab_spawn_child(lab, name);
}

static void lab_on_left(struct background *background, const char *name)
{
    (void)background;
    printf("%s is left\n", name);
}

static void lab_on_drained(struct background *background)
{
    struct lab *lab = container_of(background, struct lab, background);

    puts("drained");
    lab->drained = true;
}

/* --- The end ---------------------------------------------------------------------------
 */

/* Runs the loop as long as a task is left and something can still happen to it. */
static void lab_run(struct lab *lab)
{
    for (int turn = 0; turn < MAX_TURNS && !list_is_empty(&lab->jobs); turn++)
        if (uv_run(&lab->loop, UV_RUN_ONCE) == 0)
            break;
    for (int turn = 0; turn < LAST_TURNS; turn++)
        uv_run(&lab->loop, UV_RUN_NOWAIT);
}

static void lab_end_jobs(struct lab *lab)
{
    struct list *link, *next;

    for (link = lab->jobs.next; link != &lab->jobs; link = next) {
        struct job *job = container_of(link, struct job, link);
        next = link->next;
        if (job->is_work)
            lab_release(lab, job);
        else
            job_end(job, 0);
    }
}

/* What is open stays open, and is still in use: it is no leak. But libuv waits for the
 * threads of its pool at the end of the program. */
_Noreturn static void lab_exit(struct lab *lab, int status)
{
    for (struct list *link = lab->jobs.next; link != &lab->jobs; link = link->next)
        lab_release(lab, container_of(link, struct job, link));
    exit(status);
}

static int lab_close(struct lab *lab)
{
    lab_start(lab);
    if (!lab->background.draining) {
        lab_end_jobs(lab);
        lab_run(lab);
        lab_drain(lab, "0");
    }
    lab_run(lab);
    if (!lab->drained) {
        puts("never drained");
        lab_free_done(lab);
        return UV_EBUSY;
    }
    if (!list_is_empty(&lab->jobs)) {
        puts("a task has outlived its background");
        return UV_EBUSY;
    }
    lab_free_done(lab);
    uv_close((uv_handle_t *)&lab->began, NULL);
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    return program_close_loop(&lab->loop);
}

static void lab_on_began(uv_async_t *began)
{
    (void)began; /* the loop has come back from its sleep: that was all */
}

static void lab_init(struct lab *lab)
{
    *lab = (struct lab){
        .thread = uv_thread_self(),
        .options = {.on_failed = lab_on_failed, .on_left = lab_on_left},
    };
    list_init(&lab->jobs);
    list_init(&lab->done);
    if (uv_loop_init(&lab->loop) != 0 || uv_mutex_init(&lab->mutex) != 0 ||
        uv_cond_init(&lab->changed) != 0 ||
        uv_async_init(&lab->loop, &lab->began, lab_on_began) != 0)
        program_fail("background_lab", "it cannot begin");
    uv_unref((uv_handle_t *)&lab->began); /* alone it does not keep the loop alive */
}

int main(int argc, char **argv)
{
    struct lab lab;
    int status = 0, i = 1;

    program_init();
    lab_init(&lab);
    while (i < argc && status == 0)
        status = lab_step(&lab, argv[i++]);
    if (status != 0)
        lab_exit(&lab, program_usage(USAGE, "not a step: %s", argv[i - 1]));
    if (lab_close(&lab) != 0)
        lab_exit(&lab, PROGRAM_FAILED);
    uv_cond_destroy(&lab.changed);
    uv_mutex_destroy(&lab.mutex);
    return PROGRAM_OK;
}
