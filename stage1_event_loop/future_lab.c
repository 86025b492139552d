/* future_lab STEP...: plays a script on a future, one step after the other.
 *
 * The tests drive future.c with it, as gather_lab does with gather.c. Given, finished.
 *
 *   wait          the next consumer (A, B, C, ...) waits
 *   wait-again    the next consumer waits; when it is told, it waits once more
 *   wait-resolve  the next consumer waits; when it is told, it resolves with 99
 *   wait-close    the next consumer waits; when it is told, it closes the future
 *   wait-kick     the next consumer waits; when it is told, the one after it leaves
 *   leave=A       consumer A leaves
 *   resolve=N     future_resolve() with the number N
 *   fail          future_fail() with UV_ECONNRESET
 *   cancel        future_cancel()
 *   queue         says who waits and has not been told
 *   turn          the loop runs once, without waiting
 *   close         future_close()
 *
 * After the last step the future is closed, if it is not, and the loop runs to its
 * end. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage1_event_loop/future.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "future_lab "                                                                        \
    "[wait|wait-again|wait-resolve|wait-close|wait-kick|leave=A|resolve=N|fail|cancel"   \
    "|queue|turn|close].."                                                               \
    "."

enum { MAX_CONSUMERS = 26, MAX_VALUE = 1000000 };

struct consumer {
    struct future_waiter waiter;
    struct lab *lab;
    const char *then; /* what it does when it is told: the step that made it */
};

struct lab {
    uv_loop_t loop;
    struct future future;
    struct consumer consumers[MAX_CONSUMERS];
    int count;
    int values[2]; /* a future hands on a pointer; a second resolve has its own */
    int resolved;
    bool closed;
};

static bool lab_step(struct lab *lab, const char *step);
static bool consumer_waits(struct lab *lab, const char *step);
static bool consumer_leaves(struct lab *lab, int number);
static void consumer_on_settled(struct future_waiter *waiter, int status, void *value);
static void lab_resolve(struct lab *lab, int number);
static void lab_print_queue(struct lab *lab);
static void lab_close_future(struct lab *lab);
static void lab_on_closed(struct future *future);

static void print_returned(const char *function, int status)
{
    printf("%s returned %s\n", function, status == 0 ? "0" : uv_err_name(status));
}

static char name_of(struct consumer *consumer)
{
    return (char)('A' + (consumer - consumer->lab->consumers));
}

static bool lab_step(struct lab *lab, const char *step)
{
    unsigned long long number;

    if (strncmp(step, "wait", 4) == 0)
        return consumer_waits(lab, step);
    if (strncmp(step, "resolve=", 8) == 0 &&
        parse_whole(step + 8, 0, MAX_VALUE, &number)) {
        lab_resolve(lab, (int)number);
    } else if (strcmp(step, "fail") == 0) {
        print_returned("future_fail", future_fail(&lab->future, UV_ECONNRESET));
    } else if (strcmp(step, "cancel") == 0) {
        print_returned("future_cancel", future_cancel(&lab->future));
    } else if (strncmp(step, "leave=", 6) == 0 && step[6] != '\0' && step[7] == '\0') {
        return consumer_leaves(lab, step[6] - 'A');
    } else if (strcmp(step, "queue") == 0) {
        lab_print_queue(lab);
    } else if (strcmp(step, "turn") == 0) {
        puts("turn");
        uv_run(&lab->loop, UV_RUN_NOWAIT);
    } else if (strcmp(step, "close") == 0 && !lab->closed) {
        lab_close_future(lab);
    } else {
        return false;
    }
    return true;
}

static bool consumer_waits(struct lab *lab, const char *step)
{
    static const char *const known[] = {"wait", "wait-again", "wait-resolve",
                                        "wait-close", "wait-kick"};
    bool is_known = false;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        is_known = is_known || strcmp(step, known[i]) == 0;
    if (!is_known || lab->closed || lab->count == MAX_CONSUMERS)
        return false;

    struct consumer *consumer = &lab->consumers[lab->count];
    *consumer = (struct consumer){.lab = lab, .then = step};
    lab->count++;
    printf("%c waits\n", name_of(consumer));
    future_wait(&lab->future, &consumer->waiter, consumer_on_settled);
    puts("future_wait returned");
    return true;
}

/* False when there is no consumer of that number. */
static bool consumer_leaves(struct lab *lab, int number)
{
    if (number < 0 || number >= lab->count)
        return false;
    printf("%c leaves\n", 'A' + number);
    future_leave(&lab->future, &lab->consumers[number].waiter);
    return true;
}

static void consumer_on_settled(struct future_waiter *waiter, int status, void *value)
{
    struct consumer *consumer = container_of(waiter, struct consumer, waiter);
    struct lab *lab = consumer->lab;
    const char *then = consumer->then;
    char name = name_of(consumer);

    if (status == 0 && value == NULL)
        printf("%c is told nothing\n", name);
    else if (status == 0)
        printf("%c is told %d\n", name, *(int *)value);
    else
        printf("%c is told %s\n", name, uv_err_name(status));

    consumer->then = "wait"; /* once is enough */
    if (strcmp(then, "wait-again") == 0) {
        printf("%c waits\n", name);
        future_wait(&lab->future, waiter, consumer_on_settled);
        puts("future_wait returned");
    } else if (strcmp(then, "wait-resolve") == 0) {
        lab_resolve(lab, 99);
    } else if (strcmp(then, "wait-kick") == 0) {
        consumer_leaves(lab, name + 1 - 'A');
    } else if (strcmp(then, "wait-close") == 0 && !lab->closed) {
        lab_close_future(lab);
    }
}

static void lab_resolve(struct lab *lab, int number)
{
    int *value = &lab->values[lab->resolved];

    lab->resolved = 1;
    *value = number;
    print_returned("future_resolve", future_resolve(&lab->future, value));
}

static void lab_print_queue(struct lab *lab)
{
    fputs("in the queue:", stdout);
    for (struct future_waiter *waiter = lab->future.first; waiter; waiter = waiter->next)
        printf(" %c", name_of(container_of(waiter, struct consumer, waiter)));
    putchar('\n');
}

static void lab_close_future(struct lab *lab)
{
    lab->closed = true;
    future_close(&lab->future, lab_on_closed);
    puts("future_close returned");
}

static void lab_on_closed(struct future *future)
{
    (void)future;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {0};
    int i = 1;
    bool understood = true;

    program_init();
    uv_loop_init(&lab.loop);
    future_init(&lab.future, &lab.loop);

    while (i < argc && understood)
        understood = lab_step(&lab, argv[i++]);
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    if (!lab.closed)
        lab_close_future(&lab);
    uv_run(&lab.loop, UV_RUN_DEFAULT);

    if (program_close_loop(&lab.loop) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    if (!understood)
        return program_usage(USAGE, "not a step here: %s", argv[i - 1]);
    return PROGRAM_OK;
}
