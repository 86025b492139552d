/* heavy_work: the same computation on the loop and on libuv's thread pool.
 *
 * A computation waits for nothing, so it has no moment at which to return to the loop:
 * as long as it runs there, nothing else does. The heartbeat shows it. The thread pool
 * runs the computation on another thread and tells the loop when it has ended. With a
 * deadline, what has not begun is taken out of the pool's queue, and what runs is
 * asked to stop: no thread can be stopped from outside.
 * The computation is split into parts; gather waits for them.
 *
 * In the order of time: */
#include "lib/heartbeat.h"
#include "lib/memory.h"
#include "lib/primes.h"
#include "lib/program.h"
#include "stage1_event_loop/gather.h"

#include <stdio.h>
#include <string.h>

#define USAGE       "heavy_work [--on loop|pool] [--below N] [--deadline SECS] [--hold]"
#define MAX_SECONDS 86400.0

enum { PARTS = 4, DEFAULT_BELOW = 2000000, MAX_BELOW = 2000000000 };
enum { BEAT_MS = 10, HELD_BEAT_MS = 100 };

struct part {
    uv_work_t request;
    struct app *app;
    size_t index;
    unsigned from, to; /* its share of the numbers */
    bool hold;         /* it waits for a line on stdin before it computes */
    atomic_bool held;  /* it has begun and waits; read on the loop's thread */
    atomic_bool stop;  /* set on the loop's thread */
    unsigned found;
    int status; /* of the computation: 0, or UV_ECANCELED when it was stopped */
};

struct app {
    uv_loop_t loop;
    struct heartbeat heartbeat;
    uv_timer_t deadline;
    struct gather gather;
    struct gather_result results[PARTS];
    struct part parts[PARTS];
    unsigned below;
    double deadline_seconds; /* negative: none */
    bool hold;
    bool ended;
    int status;
};

static int app_run(struct app *app, const char *where, gather_start_cb start_part);
static int part_start_on_loop(struct gather *gather, size_t index);
static int part_start_on_pool(struct gather *gather, size_t index);
static void part_compute(struct part *part);
static void part_on_work(uv_work_t *request);
static void part_after_work(uv_work_t *request, int status);
static void part_ended(struct part *part, int status);
static void deadline_on_timer(uv_timer_t *timer);
static void part_cancel(struct gather *gather, size_t index);
static void app_on_gathered(struct gather *gather, int status);

static int app_run(struct app *app, const char *where, gather_start_cb start_part)
{
    printf("--- %s\n", where);
    app->ended = false;
    for (unsigned i = 0, share = app->below / PARTS; i < PARTS; i++)
        app->parts[i] = (struct part){
            .app = app,
            .index = i,
            .from = i * share,
            .to = i == PARTS - 1 ? app->below : (i + 1) * share,
            .hold = app->hold && i == 0,
        };

    uv_timer_init(&app->loop, &app->deadline);
    uv_unref((uv_handle_t *)&app->deadline); /* alone it does not keep the loop running */
    heartbeat_start(&app->heartbeat, &app->loop, app->hold ? HELD_BEAT_MS : BEAT_MS,
                    app->hold);
    if (app->deadline_seconds >= 0)
        uv_timer_start(&app->deadline, deadline_on_timer,
                       (uint64_t)(app->deadline_seconds * 1000 + 0.5), 0);
    app->status = gather_start(&app->gather, &app->loop, PARTS, app->results, start_part,
                               part_cancel, app_on_gathered);
    uv_run(&app->loop, UV_RUN_DEFAULT);

    if (app->status == 0 && !app->ended)
        program_fail("heavy_work", "the loop has stopped before all parts had ended");
    printf("heartbeat: longest silence %u ms\n",
           (unsigned)heartbeat_stop(&app->heartbeat));
    heartbeat_close(&app->heartbeat, NULL);
    uv_close((uv_handle_t *)&app->deadline, NULL);
    uv_run(&app->loop, UV_RUN_DEFAULT);
    return app->status;
}

/* For comparison. It has ended before it returns; gather does not mind, the heartbeat
 * does. */
static int part_start_on_loop(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct part *part = &app->parts[index];

    part_compute(part);
    part_ended(part, part->status);
    return 0;
}

/* TODO 1.10 (red) Compute on the thread pool.
 * part_start_on_pool: hand part->request to uv_queue_work(), with the two callbacks
 * below; return what it returned. part_start_on_loop() shows how to find the part.
 * part_on_work: comes on a thread of the pool. part_compute() the part, touch nothing
 * else. part_after_work: comes on the loop's thread. Call part_ended() with `status`
 * when that is an error (the part never ran), else with part->status.
 * container_of(request, struct part, request) is the part. */
static int part_start_on_pool(struct gather *gather, size_t index)
{
    (void)gather, (void)index, (void)part_on_work, (void)part_after_work;
    return TODO("1.10");
}

static void part_on_work(uv_work_t *request)
{
    (void)request;
}

static void part_after_work(uv_work_t *request, int status)
{
    (void)request, (void)status;
}
/* END 1.10 */

/* The computation itself; it blocks. On any thread: it touches only its part and
 * stdio. */
static void part_compute(struct part *part)
{
    int c;

    printf("part %zu begins\n", part->index + 1);
    if (part->hold) {
        puts("part 1 is held: press Enter to let it go on");
        atomic_store(&part->held, true);
        do
            c = getchar();
        while (c != '\n' && c != EOF);
    }
    part->status = primes_count(part->from, part->to, &part->stop, &part->found);
}

static void part_ended(struct part *part, int status)
{
    if (status == 0)
        printf("part %zu found %u primes\n", part->index + 1, part->found);
    else
        printf("part %zu ended: %s\n", part->index + 1, uv_strerror(status));
    gather_report(&part->app->gather, part->index, status, &part->found);
}

static void deadline_on_timer(uv_timer_t *timer)
{
    struct app *app = container_of(timer, struct app, deadline);

    /* A held part must be seen to run; unless nothing runs at all. */
    if (app->hold && !atomic_load(&app->parts[0].held) && uv_loop_alive(&app->loop)) {
        uv_timer_start(timer, deadline_on_timer, BEAT_MS, 0);
        return;
    }
    gather_cancel(&app->gather);
    puts("deadline: what is not done is cancelled");
}

/* Waiting in the queue: uv_cancel() takes it out, and part_after_work() comes with
 * UV_ECANCELED. Running already: uv_cancel() cannot help, but the part looks at
 * `stop`. */
static void part_cancel(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct part *part = &app->parts[index];

    /* TODO 1.12 (red) End a part early.
     * atomic_store() true into part->stop: part_compute() looks at it. And uv_cancel()
     * its request, cast to (uv_req_t *): that takes out of the queue what has not
     * begun. */
    (void)part;
    TODO("1.12");
    /* END 1.12 */
}

static void app_on_gathered(struct gather *gather, int status)
{
    struct app *app = container_of(gather, struct app, gather);
    unsigned found = 0;

    for (size_t i = 0; i < PARTS; i++)
        found += app->parts[i].found;
    if (status == 0)
        printf("%u primes below %u\n", found, app->below);
    app->ended = true;
    app->status = status;
}

/* Reads the command line; leaves alone what it does not name. */
static bool app_parse(struct app *app, int argc, char **argv, const char **on)
{
    unsigned long long below;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--hold") == 0) {
            app->hold = true;
            continue;
        }
        if (strcmp(argv[i], "--on") == 0 &&
            (strcmp(value, "loop") == 0 || strcmp(value, "pool") == 0))
            *on = value;
        else if (strcmp(argv[i], "--below") == 0 &&
                 parse_whole(value, 0, MAX_BELOW, &below))
            app->below = (unsigned)below;
        else if (strcmp(argv[i], "--deadline") != 0 ||
                 !parse_decimal(value, MAX_SECONDS, &app->deadline_seconds))
            return false;
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct app app = {.below = DEFAULT_BELOW, .deadline_seconds = -1};
    const char *on = "both";
    int status;

    program_init();
    if (!app_parse(&app, argc, argv, &on))
        return program_usage(USAGE, "N is at most %d, SECONDS at most %.0f", MAX_BELOW,
                             MAX_SECONDS);

    status = uv_loop_init(&app.loop);
    if (status == 0 && strcmp(on, "pool") != 0)
        status = app_run(&app, "on the loop", part_start_on_loop);
    if (status == 0 && strcmp(on, "loop") != 0)
        status = app_run(&app, "on the thread pool", part_start_on_pool);
    if (status == 0)
        status = program_close_loop(&app.loop);
    if (status != 0)
        program_fail("heavy_work", uv_strerror(status));
    return PROGRAM_OK;
}
