/* gather_timers bare|gather COUNT: COUNT timers, each once, within one second.
 *
 * `bare` counts them down by hand, `gather` lets gather do it; everything else is the
 * same. Prints the processor time it took in ms, user and system. For `make bench`. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage1_event_loop/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TIMERS = 10000000, SPREAD_MS = 1000, STRIDE = 7919 };

struct bench {
    uv_loop_t loop;
    uv_timer_t *timers;
    size_t count;
    size_t pending;
    size_t fired;
    struct gather gather;
    struct gather_result *results;
};

static uint64_t delay_of(size_t index)
{
    return index * STRIDE % SPREAD_MS;
}

static int timer_start(struct bench *bench, size_t index, uv_timer_cb on_timer)
{
    uv_timer_t *timer = &bench->timers[index];

    uv_timer_init(&bench->loop, timer);
    timer->data = bench;
    return uv_timer_start(timer, on_timer, delay_of(index), 0);
}

static void bare_on_timer(uv_timer_t *timer)
{
    struct bench *bench = timer->data;

    bench->fired++;
    bench->pending--;
}

static void gathered_on_timer(uv_timer_t *timer)
{
    struct bench *bench = timer->data;

    bench->fired++;
    gather_report(&bench->gather, (size_t)(timer - bench->timers), 0, timer);
}

static int gathered_start(struct gather *gather, size_t index)
{
    return timer_start(container_of(gather, struct bench, gather), index,
                       gathered_on_timer);
}

static void bench_on_gathered(struct gather *gather, int status)
{
    (void)status;
    container_of(gather, struct bench, gather)->pending = 0;
}

static double cpu_ms(void)
{
    uv_rusage_t usage;

    uv_getrusage(&usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    unsigned long long count;

    program_init();
    if (argc != 3 || !parse_whole(argv[2], 1, MAX_TIMERS, &count) ||
        (strcmp(argv[1], "bare") != 0 && strcmp(argv[1], "gather") != 0))
        return program_usage("gather_timers bare|gather COUNT", NULL);
    bench.count = bench.pending = (size_t)count;
    bench.timers = xcalloc(bench.count, sizeof(uv_timer_t));
    bench.results = xcalloc(bench.count, sizeof(struct gather_result));
    uv_loop_init(&bench.loop);
    uv_update_time(&bench.loop);

    if (strcmp(argv[1], "gather") == 0)
        gather_start(&bench.gather, &bench.loop, bench.count, bench.results,
                     gathered_start, NULL, bench_on_gathered);
    else
        for (size_t i = 0; i < bench.count; i++)
            timer_start(&bench, i, bare_on_timer);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    if (bench.pending != 0 || bench.fired != bench.count)
        return PROGRAM_FAILED;

    for (size_t i = 0; i < bench.count; i++)
        uv_close((uv_handle_t *)&bench.timers[i], NULL);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    if (program_close_loop(&bench.loop) != 0)
        return PROGRAM_FAILED;
    free(bench.timers);
    free(bench.results);
    printf("%.3f\n", cpu_ms());
    return PROGRAM_OK;
}
