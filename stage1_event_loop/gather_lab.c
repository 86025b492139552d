/* gather_lab COUNT STEP...: plays a script on a gather, one step after the other.
 *
 * The tests drive gather.c with it: no clock is involved, every order of events can be
 * asked for, and everything that happens is a line. Given, finished.
 *
 *   refuse=I      operation I will refuse to start, with UV_ECONNREFUSED
 *   instant=I     operation I will report inside its own start
 *   deaf=I        operation I will not hear its cancel
 *   start         gather_start()
 *   I=VALUE       operation I reports VALUE, a whole number
 *   I!            operation I reports UV_ECONNRESET
 *   cancel        gather_cancel()
 *   turn          the loop runs once, without waiting
 *
 * After the last step the loop runs until nothing is left in it. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage1_event_loop/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "gather_lab COUNT [refuse=I|instant=I|deaf=I|start|I=VALUE|I!|cancel|turn]..."

enum { MAX_OPERATIONS = 1000, MAX_VALUE = 1000000 };

struct operation {
    bool refuses;
    bool reports_at_once;
    bool is_deaf;
    int value;
};

struct lab {
    uv_loop_t loop;
    struct gather gather;
    struct gather_result *results;
    struct operation *operations;
    size_t count;
    bool started;
    int times_done;
};

static int lab_step(struct lab *lab, const char *step);
static int operation_start(struct gather *gather, size_t index);
static void operation_cancel(struct gather *gather, size_t index);
static void operation_report(struct lab *lab, size_t index, int status);
static void lab_on_done(struct gather *gather, int status);
static int lab_close(struct lab *lab);

/* Reads "I", the number of an operation; true and `*index` when there is such a one. */
static bool parse_index(struct lab *lab, const char *text, size_t length, size_t *index)
{
    char digits[8] = {0};
    unsigned long long number;

    if (lab->count == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    if (!parse_whole(digits, 0, lab->count - 1, &number))
        return false;
    *index = (size_t)number;
    return true;
}

/* "NAME=I": the operation it speaks of, or NULL. */
static struct operation *operation_of(struct lab *lab, const char *step, const char *name)
{
    size_t length = strlen(name), index;

    if (strncmp(step, name, length) != 0 || step[length] != '=' ||
        !parse_index(lab, step + length + 1, strlen(step + length + 1), &index))
        return NULL;
    return &lab->operations[index];
}

/* An operation reports once, and only after it was started. */
static bool may_report(struct lab *lab, size_t index)
{
    return lab->started && !lab->results[index].reported;
}

static int lab_start(struct lab *lab)
{
    lab->started = true;
    int status = gather_start(&lab->gather, &lab->loop, lab->count, lab->results,
                              operation_start, operation_cancel, lab_on_done);

    printf("gather_start returned %s\n", status == 0 ? "0" : uv_err_name(status));
    return status;
}

/* Plays one step. 0, UV_EINVAL when there is no such step, or what gather_start()
 * said. */
static int lab_step(struct lab *lab, const char *step)
{
    struct operation *operation;
    unsigned long long value;
    size_t index, digits = strspn(step, "0123456789");

    if (strcmp(step, "start") == 0 && !lab->started)
        return lab_start(lab);
    if (strcmp(step, "turn") == 0) {
        puts("turn");
        uv_run(&lab->loop, UV_RUN_NOWAIT);
    } else if (strcmp(step, "cancel") == 0) {
        puts("cancel");
        gather_cancel(&lab->gather);
        puts("gather_cancel returned");
    } else if ((operation = operation_of(lab, step, "refuse")) != NULL) {
        operation->refuses = true;
    } else if ((operation = operation_of(lab, step, "instant")) != NULL) {
        operation->reports_at_once = true;
    } else if ((operation = operation_of(lab, step, "deaf")) != NULL) {
        operation->is_deaf = true;
    } else if (!parse_index(lab, step, digits, &index) || !may_report(lab, index)) {
        return UV_EINVAL;
    } else if (strcmp(step + digits, "!") == 0) {
        operation_report(lab, index, UV_ECONNRESET);
    } else if (step[digits] == '=' &&
               parse_whole(step + digits + 1, 0, MAX_VALUE, &value)) {
        lab->operations[index].value = (int)value;
        operation_report(lab, index, 0);
    } else {
        return UV_EINVAL;
    }
    return 0;
}

static int operation_start(struct gather *gather, size_t index)
{
    struct lab *lab = container_of(gather, struct lab, gather);
    struct operation *operation = &lab->operations[index];

    printf("operation %zu %s\n", index, operation->refuses ? "refuses" : "starts");
    if (operation->refuses)
        return UV_ECONNREFUSED;
    if (operation->reports_at_once)
        operation_report(lab, index, 0);
    return 0;
}

static void operation_cancel(struct gather *gather, size_t index)
{
    struct lab *lab = container_of(gather, struct lab, gather);

    printf("operation %zu is asked to end\n", index);
    if (!lab->operations[index].is_deaf)
        operation_report(lab, index, UV_ECANCELED);
}

static void operation_report(struct lab *lab, size_t index, int status)
{
    int *value = &lab->operations[index].value;

    if (status == 0)
        printf("operation %zu reports %d\n", index, *value);
    else
        printf("operation %zu reports %s\n", index, uv_err_name(status));
    gather_report(&lab->gather, index, status, status == 0 ? value : NULL);
}

static void lab_on_done(struct gather *gather, int status)
{
    struct lab *lab = container_of(gather, struct lab, gather);

    lab->times_done++;
    printf("done with %s:", status == 0 ? "0" : uv_err_name(status));
    for (size_t i = 0; i < gather->count; i++) {
        const struct gather_result *result = &gather->results[i];

        if (result->status != 0)
            printf(" %s", uv_err_name(result->status));
        else if (result->value != NULL)
            printf(" %d", *(int *)result->value);
        else
            printf(" nothing");
    }
    putchar('\n');
}

static int lab_close(struct lab *lab)
{
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    int status = program_close_loop(&lab->loop);

    printf("times done: %d\n", lab->times_done);
    return status;
}

int main(int argc, char **argv)
{
    struct lab lab = {0};
    unsigned long long count;
    int status = 0, i = 2;

    program_init();
    if (argc < 2 || !parse_whole(argv[1], 0, MAX_OPERATIONS, &count))
        return program_usage(USAGE, "COUNT is a number from 0 to %d", MAX_OPERATIONS);
    lab.count = (size_t)count;
    lab.results = xcalloc(lab.count, sizeof(struct gather_result));
    lab.operations = xcalloc(lab.count, sizeof(struct operation));
    uv_loop_init(&lab.loop);

    while (i < argc && status == 0)
        status = lab_step(&lab, argv[i++]);
    if (lab_close(&lab) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    free(lab.results);
    free(lab.operations);
    if (status == UV_EINVAL)
        return program_usage(USAGE, "not a step: %s", argv[i - 1]);
    return status != 0 ? PROGRAM_FAILED : PROGRAM_OK;
}
