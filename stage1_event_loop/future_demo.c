/* future_demo [meet] [blocked] [countdown]: three scenes around a future.
 *
 * meet        A producer works for a while without holding the loop up; a consumer
 * waits for
 *             the result, a second one when it is there already. A heartbeat goes on.
 * blocked     The same producer sleeps instead of starting a timer. The future cannot
 * help:
 *             nothing else runs, and the heartbeat stops.
 * countdown   A check that starts itself again until the day has come, and then
 * resolves
 *             the future: asyncio's call_later().
 *
 * Given, finished: it has no gap. It shows what future.c is good for.
 *
 * In the order of time: */
#include "lib/heartbeat.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "stage1_event_loop/future.h"

#include <stdio.h>
#include <string.h>

#define USAGE "future_demo [meet] [blocked] [countdown]    (default: all three)"

enum { WORK_MS = 60, BEAT_MS = 10, DAY_MS = 20, DAYS = 3 };

struct scene {
    uv_loop_t loop;
    struct future future; /* its value is a string */
    uv_timer_t producer;
    struct heartbeat heartbeat;
    struct future_waiter consumer;
    struct future_waiter late_consumer;
    unsigned days_left;
    unsigned consumers_told;
    int status; /* the first error anybody saw */
};

struct act {
    const char *name;
    uv_timer_cb producer;
    uint64_t first_ms;
};

static int scene_play(const struct act *act);
static void patient_producer_on_timer(uv_timer_t *timer);
static void blocking_producer_on_timer(uv_timer_t *timer);
static void countdown_on_timer(uv_timer_t *timer);
static void produce(struct scene *scene, char *value);
static void consumer_on_settled(struct future_waiter *waiter, int status, void *value);
static void late_consumer_on_settled(struct future_waiter *waiter, int status,
                                     void *value);
static int scene_close(struct scene *scene);

static const struct act acts[] = {
    {"meet", patient_producer_on_timer, WORK_MS},
    {"blocked", blocking_producer_on_timer, 0},
    {"countdown", countdown_on_timer, 0},
};
enum { ACTS = sizeof acts / sizeof acts[0] };

static int scene_play(const struct act *act)
{
    struct scene scene = {.days_left = DAYS};

    printf("--- %s\n", act->name);
    int status = uv_loop_init(&scene.loop);
    if (status != 0)
        return status;
    uv_timer_init(&scene.loop, &scene.producer);
    future_init(&scene.future, &scene.loop);

    heartbeat_start(&scene.heartbeat, &scene.loop, BEAT_MS, false);
    puts("consumer: waits");
    future_wait(&scene.future, &scene.consumer, consumer_on_settled);
    uv_timer_start(&scene.producer, act->producer, act->first_ms, 0);

    uv_run(&scene.loop, UV_RUN_DEFAULT);
    return scene_close(&scene);
}

/* When this is called the work is done: the loop was free all the while. */
static void patient_producer_on_timer(uv_timer_t *timer)
{
    struct scene *scene = container_of(timer, struct scene, producer);

    printf("producer: done after %u heartbeats\n", scene->heartbeat.beats);
    produce(scene, "10");
}

/* The mistake: the loop has one thread, and here it sleeps. */
static void blocking_producer_on_timer(uv_timer_t *timer)
{
    puts("producer: blocks the loop");
    uv_sleep(WORK_MS);
    patient_producer_on_timer(timer);
}

static void countdown_on_timer(uv_timer_t *timer)
{
    struct scene *scene = container_of(timer, struct scene, producer);

    if (scene->days_left == 0) {
        produce(scene, "Come to the workshop!");
        return;
    }
    printf("%u day%s left\n", scene->days_left, scene->days_left == 1 ? "" : "s");
    scene->days_left--;
    uv_timer_start(timer, countdown_on_timer, DAY_MS, 0);
}

static void produce(struct scene *scene, char *value)
{
    int status = future_resolve(&scene->future, value);

    if (status != 0)
        scene->status = status;
    puts("producer: has resolved the future and returns to the loop");
}

static void consumer_told(struct scene *scene, const char *who, int status, char *value)
{
    if (status != 0)
        scene->status = status;
    printf("%s: got %s\n", who,
           status != 0     ? uv_strerror(status)
           : value != NULL ? value
                           : "nothing");
    scene->consumers_told++;
}

static void consumer_on_settled(struct future_waiter *waiter, int status, void *value)
{
    struct scene *scene = container_of(waiter, struct scene, consumer);

    consumer_told(scene, "consumer", status, value);
    puts("late consumer: waits for what is there already");
    future_wait(&scene->future, &scene->late_consumer, late_consumer_on_settled);
}

static void late_consumer_on_settled(struct future_waiter *waiter, int status,
                                     void *value)
{
    struct scene *scene = container_of(waiter, struct scene, late_consumer);

    consumer_told(scene, "late consumer", status, value);
}

static int scene_close(struct scene *scene)
{
    if (scene->consumers_told != 2 && scene->status == 0)
        program_fail("future_demo", "a consumer was never told");
    printf("heartbeat: longest silence %u ms\n",
           (unsigned)heartbeat_stop(&scene->heartbeat));
    future_close(&scene->future, NULL);
    heartbeat_close(&scene->heartbeat, NULL);
    uv_close((uv_handle_t *)&scene->producer, NULL);
    uv_run(&scene->loop, UV_RUN_DEFAULT);

    int status = program_close_loop(&scene->loop);
    return scene->status != 0 ? scene->status : status;
}

static const struct act *act_named(const char *name)
{
    for (size_t i = 0; i < ACTS; i++)
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    return NULL;
}

int main(int argc, char **argv)
{
    int status = 0;

    program_init();
    for (int i = 1; i < argc; i++)
        if (act_named(argv[i]) == NULL)
            return program_usage(USAGE, "no such scene: %s", argv[i]);

    for (int i = 1; i < argc && status == 0; i++)
        status = scene_play(act_named(argv[i]));
    for (size_t i = 0; i < ACTS && argc == 1 && status == 0; i++)
        status = scene_play(&acts[i]);
    if (status != 0)
        program_fail("future_demo", uv_strerror(status));
    return PROGRAM_OK;
}
