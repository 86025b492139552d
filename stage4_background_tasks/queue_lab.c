/* queue_lab STEP...: plays a script on timed_queue, one step after the other.
 *
 * The tests drive timed_queue.c with it, and everything that happens is a line. Given,
 * finished.
 *
 *   clock=MS        from now on it is MS on the clock, until the next such step; at first
 *                   it is 0
 *   real            from now on it is the system's clock, and the times are from now on
 *   add=MS          adds an entry for this time; the first one has number 0
 *   again=I         adds entry I, which is not in the queue, again, for the same time
 *   remove=I        removes entry I; when it is not in the queue, nothing happens
 *   on-due=I STEP   plays that step when entry I is due, inside the callback
 *   always=I STEP   the same, and each time
 *   timer           says how the timer stands
 *   turn            the loop runs until the timer has come
 *   wait=I          the loop runs until entry I was due
 *   close           the script ends here, and the queue is closed
 *
 * After the last step the loop runs until nothing is left in it, and then the queue is
 * closed. */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/timed_queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "queue_lab STEP...    (the steps are listed in queue_lab.c)"

struct item {
    struct timed_entry entry;
    size_t number;
    int64_t at_ms;
    bool is_in;
    bool always;
    const char *due_step;
};

struct lab {
    uv_loop_t loop;
    struct timed_queue queue;
    struct item *items;
    size_t count, max_items;
    int64_t real_since;   /* when `real` was played; 0: it was not */
    const char **planned; /* the next step is not played now, but kept there */
    bool closing, is_closed;
};

/* The clock that the script sets; -1: the system's. A clock has no context. */
static int64_t clock_ms;

static int64_t lab_clock(void);
static int lab_step(struct lab *lab, const char *step);
static int lab_step_of(struct lab *lab, const char *step);
static void lab_add(struct lab *lab, struct item *item);
static void lab_remove(struct lab *lab, struct item *item);
static void lab_on_due(struct timed_queue *queue, struct timed_entry *entry);
static void lab_tell_timer(const struct lab *lab);
static void lab_turn(struct lab *lab);
static void lab_close(struct lab *lab);
static void lab_on_closed(struct timed_queue *queue);

static int64_t lab_clock(void)
{
    return clock_ms >= 0 ? clock_ms : utc_now_ms();
}

/* Plays one step. 0, or UV_EINVAL when there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    if (lab->planned != NULL) {
        *lab->planned = step;
        lab->planned = NULL;
    } else if (strcmp(step, "real") == 0) {
        clock_ms = -1;
        lab->real_since = utc_now_ms();
    } else if (strcmp(step, "timer") == 0) {
        lab_tell_timer(lab);
    } else if (strcmp(step, "turn") == 0) {
        lab_turn(lab);
    } else if (strcmp(step, "close") == 0) {
        lab_close(lab);
    } else {
        return lab_step_of(lab, step);
    }
    return 0;
}

/* Whether `step` is "NAME=NUMBER", the number at most `max`. */
static bool is_step(const char *step, const char *name, unsigned long long max,
                    unsigned long long *number)
{
    size_t length = strlen(name);

    return strncmp(step, name, length) == 0 && step[length] == '=' &&
           parse_whole(step + length + 1, 0, max, number);
}

static int lab_step_of(struct lab *lab, const char *step)
{
    unsigned long long number, last = lab->max_items - 1;

    if (is_step(step, "clock", INT64_MAX, &number)) {
        clock_ms = (int64_t)number;
    } else if (is_step(step, "add", INT64_MAX, &number)) {
        lab->items[lab->count].at_ms = (int64_t)number + lab->real_since;
        lab_add(lab, &lab->items[lab->count++]);
    } else if (is_step(step, "again", last, &number)) {
        lab_add(lab, &lab->items[number]);
    } else if (is_step(step, "remove", last, &number)) {
        lab_remove(lab, &lab->items[number]);
    } else if (is_step(step, "on-due", last, &number)) {
        lab->planned = &lab->items[number].due_step;
    } else if (is_step(step, "always", last, &number)) {
        lab->planned = &lab->items[number].due_step;
        lab->items[number].always = true;
    } else if (is_step(step, "wait", last, &number)) {
        while (lab->items[number].is_in && uv_run(&lab->loop, UV_RUN_ONCE) != 0)
            continue;
    } else {
        return UV_EINVAL;
    }
    return 0;
}

static void lab_add(struct lab *lab, struct item *item)
{
    if (item->is_in)
        return;
    item->number = (size_t)(item - lab->items);
    item->is_in = true;
    timed_queue_add(&lab->queue, &item->entry, item->at_ms);
}

static void lab_remove(struct lab *lab, struct item *item)
{
    if (!item->is_in)
        return;
    printf("entry %zu is removed\n", item->number);
    item->is_in = false;
    if (timed_queue_count(&lab->queue) > 0) /* an unfilled gap: it is not in */
        timed_queue_remove(&lab->queue, &item->entry);
}

static void lab_on_due(struct timed_queue *queue, struct timed_entry *entry)
{
    struct lab *lab = container_of(queue, struct lab, queue);
    struct item *item = container_of(entry, struct item, entry);
    int64_t early_ms = item->at_ms - lab_clock();

    printf("entry %zu is due", item->number);
    if (early_ms > 0)
        printf(", %" PRId64 " ms before its time", early_ms);
    puts(item->is_in ? "" : ", but it is not in the queue");
    item->is_in = false;

    const char *step = item->due_step;
    if (!item->always)
        item->due_step = NULL;
    if (step != NULL)
        lab_step(lab, step);
}

static void lab_tell_timer(const struct lab *lab)
{
    const uv_timer_t *timer = &lab->queue.timer;

    if (!uv_is_active((const uv_handle_t *)timer))
        puts("the timer is stopped");
    else
        printf("the timer is due in %" PRIu64 " ms\n", uv_timer_get_due_in(timer));
}

/* A turn of the loop may end a little before the timer is due. */
static void lab_turn(struct lab *lab)
{
    const uv_timer_t *timer = &lab->queue.timer;
    uint64_t due = uv_now(&lab->loop) + uv_timer_get_due_in(timer);

    while (uv_is_active((const uv_handle_t *)timer) &&
           uv_run(&lab->loop, UV_RUN_ONCE) != 0 && uv_now(&lab->loop) < due)
        continue;
}

static void lab_close(struct lab *lab)
{
    lab->closing = true;
    timed_queue_close(&lab->queue, lab_on_closed);
    puts("timed_queue_close returned");
}

static void lab_on_closed(struct timed_queue *queue)
{
    container_of(queue, struct lab, queue)->is_closed = true;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {.max_items = (size_t)argc};
    int status, i = 1;

    program_init();
    lab.items = xcalloc(lab.max_items, sizeof(struct item));
    status = uv_loop_init(&lab.loop);
    if (status != 0)
        program_fail("queue_lab", uv_strerror(status));
    timed_queue_init(&lab.queue, &lab.loop, lab_clock, lab_on_due);

    while (i < argc && status == 0 && !lab.closing)
        status = lab_step(&lab, argv[i++]);
    if (!lab.closing && status == 0) {
        uv_run(&lab.loop, UV_RUN_DEFAULT);
        if (!lab.closing)
            puts("the loop has nothing left to wait for");
    }
    if (!lab.closing)
        lab_close(&lab);
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    if (!lab.is_closed || program_close_loop(&lab.loop) != 0)
        exit(PROGRAM_FAILED);
    free(lab.items);
    return status == 0 ? PROGRAM_OK : program_usage(USAGE, "not a step: %s", argv[i - 1]);
}
