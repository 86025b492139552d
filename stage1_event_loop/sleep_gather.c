/* sleep_gather [SECONDS...]: sleeps 7 + 2 + 3 + 1 seconds in 7.
 *
 * A task that sleeps does not need the processor; it needs to be called again later.
 * So it starts a timer and returns. The loop then has nothing to run and waits in the
 * kernel for whichever timer is due first: four tasks sleep at once, on one thread.
 *
 * Two acts: creating a task runs nothing, it must be started; then the heavy tasks.
 *
 * In the order of time: */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage1_event_loop/gather.h"

#include <stdio.h>
#include <stdlib.h>

#define USAGE       "sleep_gather [SECONDS...]    (default: 7 2 3 1; fractions too)"
#define MAX_SECONDS 86400.0

struct task {
    uv_timer_t timer;
    struct app *app;
    size_t index;
    double seconds;
    uint64_t started_at; /* by the loop's clock, ms */
};

struct app {
    uv_loop_t loop;
    uv_timer_t ticker;
    int ticks;
    struct task *first_task;
    struct task **heavy_tasks;
    double *seconds; /* what the command line asked for */
    size_t count;
    struct gather gather;
    struct gather_result *results;
    bool gathered;
    double slept;      /* seconds, all tasks together */
    uint64_t began_at; /* ms */
};

static int app_make_loop(struct app *app);
static void app_run_loop(struct app *app);
static void app_show_the_loop(struct app *app);
static void app_on_tick(uv_timer_t *ticker);
static int app_show_create_against_start(struct app *app);
static struct task *task_create(struct app *app, size_t index, double seconds);
static int task_start(struct task *task, uv_timer_cb on_timer);
static void first_task_on_timer(uv_timer_t *timer);
static int app_gather(struct app *app);
static int heavy_task_start(struct gather *gather, size_t index);
static void heavy_task_on_timer(uv_timer_t *timer);
static void app_on_gathered(struct gather *gather, int status);
static double seconds_since(uint64_t ms, struct app *app);
static int app_close(struct app *app);
static void task_on_closed(uv_handle_t *handle);

/* TODO 1.1 (green) Make the loop, and run it.
 * app_make_loop: uv_loop_init() prepares app->loop; return what it returned.
 * app_run_loop: uv_run() with UV_RUN_DEFAULT returns when no handle is active any
 * more. */
static int app_make_loop(struct app *app)
{
    (void)app;
    return TODO("1.1");
}

static void app_run_loop(struct app *app)
{
    (void)app;
    TODO("1.1");
}
/* END 1.1 */

/* Before the play: three ticks, to see that the loop runs until nothing is left in it. */
static void app_show_the_loop(struct app *app)
{
    uv_timer_init(&app->loop, &app->ticker);
    uv_timer_start(&app->ticker, app_on_tick, 0, 1);
    app_run_loop(app);
    if (app->ticks != 3)
        program_fail("sleep_gather", "the loop has stopped before the third tick");
}

static void app_on_tick(uv_timer_t *ticker)
{
    struct app *app = container_of(ticker, struct app, ticker);

    printf("the loop runs: tick %d\n", ++app->ticks);
    if (app->ticks == 3)
        uv_close((uv_handle_t *)ticker, NULL);
}

/* Act one. The loop runs with a task that was created but not started, then with it
 * started. The printed line shows what the task knows of itself. */
static int app_show_create_against_start(struct app *app)
{
    struct task *task = app->first_task = task_create(app, 1, 0.001);

    if (task == NULL)
        return UV_ENOSYS;
    app_run_loop(app);
    printf("<task %zu of %.3f seconds%s%s: created, not started>\n", task->index,
           task->seconds, task->app == app ? "" : ", without its app",
           task->timer.loop == &app->loop ? "" : ", unknown to the loop");

    int status = task_start(task, first_task_on_timer);
    if (status == 0)
        app_run_loop(app);
    return status;
}

/* Creates a task: its memory, and a timer that belongs to the loop. Nothing runs by
 * it. */
static struct task *task_create(struct app *app, size_t index, double seconds)
{
    /* TODO 1.2 (green) Create a task, and start nothing.
     * Allocate a struct task with xmalloc(), fill in app, index and seconds, and make its
     * timer known to the loop with uv_timer_init(). Return the task. */
    (void)app, (void)index, (void)seconds;
    TODO("1.2");
    return NULL;
    /* END 1.2 */
}

/* Starts a task: `on_timer` comes once, in `task->seconds` from now. */
static int task_start(struct task *task, uv_timer_cb on_timer)
{
    task->started_at = uv_now(&task->app->loop);
    /* TODO 1.3 (green) Start the task's timer. Once, task->seconds from now.
     * uv_timer_start() takes the callback, the delay and the period (0: only once). It
     * counts in whole milliseconds (0.2 s are 200: multiply, then cast). Return what
     * it returned. */
    (void)on_timer;
    return TODO("1.3");
    /* END 1.3 */
}

static void first_task_on_timer(uv_timer_t *timer)
{
    (void)timer;
    puts("this is a task");
}

/* Act two. The tasks are created first and then started together. */
static int app_gather(struct app *app)
{
    app->heavy_tasks = xcalloc(app->count, sizeof(struct task *));
    app->results = xcalloc(app->count, sizeof(struct gather_result));
    for (size_t i = 0; i < app->count; i++)
        app->heavy_tasks[i] = task_create(app, i, app->seconds[i]);

    uv_update_time(&app->loop);
    app->began_at = uv_now(&app->loop);
    int status = gather_start(&app->gather, &app->loop, app->count, app->results,
                              heavy_task_start, NULL, app_on_gathered);
    if (status != 0)
        return status;
    app_run_loop(app);
    if (!app->gathered)
        program_fail("sleep_gather", "the loop has stopped before all was gathered");
    return 0;
}

static int heavy_task_start(struct gather *gather, size_t index)
{
    struct app *app = container_of(gather, struct app, gather);
    struct task *task = app->heavy_tasks[index];

    printf("heavy_task_%zu starting at %.1f seconds\n", index + 1,
           seconds_since(app->began_at, app));
    return task_start(task, heavy_task_on_timer);
}

static void heavy_task_on_timer(uv_timer_t *timer)
{
    struct task *task = container_of(timer, struct task, timer);
    struct app *app = task->app;

    printf("heavy_task_%zu finished after %.1f seconds\n", task->index + 1,
           seconds_since(task->started_at, app));
    app->slept += task->seconds;
    gather_report(&app->gather, task->index, 0, NULL);
}

static void app_on_gathered(struct gather *gather, int status)
{
    struct app *app = container_of(gather, struct app, gather);

    (void)status; /* a timer cannot fail once it was started */
    app->gathered = true;
    printf("slept %.1f seconds in %.1f seconds\n", app->slept,
           seconds_since(app->began_at, app));
}

static double seconds_since(uint64_t ms, struct app *app)
{
    return (double)(uv_now(&app->loop) - ms) / 1000;
}

/* Closes the timer of every task, then the loop. A handle belongs to the loop until its
 * close callback has come, and that comes only while the loop runs. */
static int app_close(struct app *app)
{
    /* TODO 1.5 (green) Close every handle, then the loop.
     * uv_close() takes any handle, cast to (uv_handle_t *). Close the timer of
     * app->first_task and of each of the app->count heavy_tasks, with task_on_closed,
     * which frees the task. Run the loop once more, so that these callbacks can come.
     * Then return what program_close_loop() says of the loop. */
    (void)app, (void)task_on_closed;
    return TODO("1.5");
    /* END 1.5 */
}

static void task_on_closed(uv_handle_t *handle)
{
    free(container_of((uv_timer_t *)handle, struct task, timer));
}

int main(int argc, char **argv)
{
    static char *seven_two_three_one[] = {"7", "2", "3", "1"};
    char **arguments = argc > 1 ? argv + 1 : seven_two_three_one;
    struct app app = {.count = argc > 1 ? (size_t)argc - 1 : 4};

    program_init();
    app.seconds = xcalloc(app.count, sizeof(double));
    for (size_t i = 0; i < app.count; i++)
        if (!parse_decimal(arguments[i], MAX_SECONDS, &app.seconds[i]))
            exit(program_usage(USAGE, "not a number of seconds from 0 to %.0f: %s",
                               MAX_SECONDS, arguments[i]));

    int status = app_make_loop(&app);
    if (status == 0) {
        app_show_the_loop(&app);
        status = app_show_create_against_start(&app);
    }
    if (status == 0)
        status = app_gather(&app);
    if (status == 0)
        status = app_close(&app);
    if (status != 0)
        program_fail("sleep_gather", uv_strerror(status));
    free(app.results);
    free(app.heavy_tasks);
    free(app.seconds);
    return PROGRAM_OK;
}
