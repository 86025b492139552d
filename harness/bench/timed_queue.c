/* timed_queue queue|timers COUNT: COUNT entries, each due once, within one second.
 *
 * `queue` has them in a timed_queue, with one timer; `timers` has a uv_timer_t for each.
 * Everything else is the same. Prints the processor time for each, user and system, from
 * the first that is added to the last that is told, in us; and how late the latest one
 * was told, in ms. For `make bench`. */
#include "stage4_background_tasks/timed_queue.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/utc_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 10000000, SPREAD_MS = 1000, STRIDE = 7919 };

/* So that all of them are added before the first one is due. */
enum { LEAD_MS = 2000 };

struct timed {
    uv_timer_t timer;
    int64_t at_ms;
};

struct bench {
    uv_loop_t loop;
    struct timed_queue queue;
    struct timed_entry *entries;
    struct timed *timed;
    size_t count, told;
    int64_t begun_ms, last_at_ms, latest_ms;
    double cpu_us; /* what it took */
};

static double cpu_us(void)
{
    uv_rusage_t usage;

    uv_getrusage(&usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int64_t time_of(const struct bench *bench, size_t index)
{
    return bench->begun_ms + LEAD_MS + (int64_t)(index * STRIDE % SPREAD_MS);
}

/* Asks the clock only when the next millisecond's turn has come, for asking costs: what
 * is told late by then was told no later. */
static void bench_told(struct bench *bench, int64_t at_ms)
{
    bool is_last = ++bench->told == bench->count;

    if (bench->told > 1 && (at_ms != bench->last_at_ms || is_last)) {
        int64_t late_ms = utc_now_ms() - bench->last_at_ms;

        if (late_ms > bench->latest_ms)
            bench->latest_ms = late_ms;
    }
    bench->last_at_ms = at_ms;
    if (is_last)
        bench->cpu_us = cpu_us() - bench->cpu_us;
}

static void queue_on_due(struct timed_queue *queue, struct timed_entry *entry)
{
    bench_told(container_of(queue, struct bench, queue), entry->at_ms);
}

static void bench_add_to_queue(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++)
        timed_queue_add(&bench->queue, &bench->entries[i], time_of(bench, i));
}

static void bench_on_timer(uv_timer_t *timer)
{
    struct bench *bench = timer->data;

    bench_told(bench, container_of(timer, struct timed, timer)->at_ms);
}

static void bench_start_timers(struct bench *bench)
{
    for (size_t i = 0; i < bench->count; i++) {
        struct timed *timed = &bench->timed[i];

        timed->at_ms = time_of(bench, i);
        timed->timer.data = bench;
        uv_timer_init(&bench->loop, &timed->timer);
        uv_timer_start(&timed->timer, bench_on_timer,
                       (uint64_t)(timed->at_ms - bench->begun_ms), 0);
    }
}

/* What is not touched before it is measured costs the system's work, too. */
static void *touched(size_t count, size_t size)
{
    return memset(xcalloc(count, size), 1, count * size);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    unsigned long long count;

    program_init();
    if (argc != 3 || !parse_whole(argv[2], 1, MAX_ENTRIES, &count) ||
        (strcmp(argv[1], "queue") != 0 && strcmp(argv[1], "timers") != 0))
        return program_usage("timed_queue queue|timers COUNT", NULL);
    bool in_queue = strcmp(argv[1], "queue") == 0;

    bench.count = (size_t)count;
    if (in_queue)
        bench.entries = touched(bench.count, sizeof(struct timed_entry));
    else
        bench.timed = touched(bench.count, sizeof(struct timed));
    uv_loop_init(&bench.loop);
    timed_queue_init(&bench.queue, &bench.loop, NULL, queue_on_due);
    uv_update_time(&bench.loop);
    bench.begun_ms = utc_now_ms();
    bench.cpu_us = cpu_us();
    if (in_queue)
        bench_add_to_queue(&bench);
    else
        bench_start_timers(&bench);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    if (bench.told != bench.count)
        return PROGRAM_FAILED;

    for (size_t i = 0; !in_queue && i < bench.count; i++)
        uv_close((uv_handle_t *)&bench.timed[i].timer, NULL);
    timed_queue_close(&bench.queue, NULL);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    if (program_close_loop(&bench.loop) != 0)
        return PROGRAM_FAILED;
    free(bench.entries);
    free(bench.timed);
    printf("%.4f %" PRId64 "\n", bench.cpu_us / (double)bench.count, bench.latest_ms);
    return PROGRAM_OK;
}
