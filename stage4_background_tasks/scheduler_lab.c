/* scheduler_lab STORE [CLOCK_MS]: plays with a call_scheduler.
 *
 * STORE is a file, or "memory". With CLOCK_MS it is that on the clock, until a command
 * says otherwise; without, it is the system's. Commands are lines of its input, and all
 * that happens is a line of its output. Given, finished.
 *
 *   add AT NUMBER          promises to dial NUMBER at AT (ms since 1970)
 *   fill COUNT AT          the same for so many, and tells when all were answered
 *   update ID STATE [WHY]  tells what has become of a call
 *   told COMMAND ID STATE  the same of the call with that command id
 *   limit COUNT            so many calls may be DIALLING at once
 *   answer STATE           from now on that becomes of each call, as soon as it is due
 *   claim ID               has the store claim a call, behind the scheduler's back
 *   clock MS               it is MS on the clock
 *   list [COUNT]           prints all that are known, or the first and the last so many
 *   stop                   nothing is due any more
 *   close                  closes it, and the lab ends; as does the end of the input
 *
 * What it prints: "promised ID AT NUMBER", "refused ERROR AT NUMBER",
 * "filled COUNT, refused COUNT", "news of ID" and "no news of ID" for told,
 * "due ID AT NUMBER COMMAND_ID", "trouble ERROR WHAT", "claimed ID" and
 * "not claimed ERROR ID", "call ID AT NUMBER COMMAND_ID STATE CLAIMED_MS WHY" for each
 * of a list and then "listed", and "closed". */
#include "lib/buffer.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/call_scheduler.h"
#include "stage4_background_tasks/memory_store.h"
#include "stage4_background_tasks/sqlite_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE                                                                            \
    "scheduler_lab STORE [CLOCK_MS]    (the commands are listed in scheduler_lab.c)"

enum { MAX_PENDING = 1 << 20 /* bytes */ };

struct lab {
    uv_loop_t loop;
    uv_pipe_t input;
    struct buffer pending; /* read, and not played */
    struct call_scheduler scheduler;
    enum call_state answer; /* CALL_STATES: none */
    size_t filling, filled, refused;
    bool closing;
};

struct lab_promise {
    struct call_promise promise;
    int64_t at_ms;
    char number[PHONE_SIZE];
};

/* The clock that the commands set; -1: the system's. A clock has no context. */
static int64_t clock_ms = -1;

static void lab_open(struct lab *lab, const char *path);
static void lab_on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf);
static void lab_on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buf);
static void lab_play(struct lab *lab);
static int lab_command(struct lab *lab, const char *line);
static void lab_add(struct lab *lab, int64_t at_ms, const char *number);
static void lab_on_added(struct call_promise *promise, int status);
static void lab_fill(struct lab *lab, size_t count, int64_t at_ms);
static void lab_on_filled(struct call_promise *promise, int status);
static void lab_claim(struct lab *lab, int64_t id);
static void lab_on_claimed(struct store_job *job, int status);
static void lab_on_due(struct call_scheduler *scheduler, const struct call *call);
static void lab_on_trouble(struct call_scheduler *scheduler, const char *what, int error);
static void lab_list_one(void *context, const struct call *call);
static void lab_close(struct lab *lab);
static void lab_on_closed(struct call_scheduler *scheduler);

static int64_t lab_clock(void)
{
    return clock_ms >= 0 ? clock_ms : utc_now_ms();
}

static void lab_open(struct lab *lab, const char *path)
{
    struct call_store *store;
    char problem[256];

    if (strcmp(path, "memory") == 0)
        store = memory_store_create(&lab->loop);
    else if (sqlite_store_open(&store, &lab->loop, path, problem, sizeof problem) != 0)
        program_fail("scheduler_lab", problem);
    int status = call_scheduler_init(&lab->scheduler, &lab->loop, store, lab_clock,
                                     lab_on_due, lab_on_trouble);
    if (status == 0)
        status = uv_pipe_init(&lab->loop, &lab->input, 0);
    if (status == 0)
        status = uv_pipe_open(&lab->input, 0);
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&lab->input, lab_on_alloc, lab_on_read);
    if (status != 0)
        program_fail("scheduler_lab", uv_strerror(status));
}

static void lab_on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    static char room[65536]; /* each read is done with before the next */

    (void)handle, (void)size;
    *buf = uv_buf_init(room, sizeof room);
}

static void lab_on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buf)
{
    struct lab *lab = container_of((uv_pipe_t *)stream, struct lab, input);

    if (length > 0 && buffer_append(&lab->pending, buf->base, (size_t)length) == 0)
        lab_play(lab);
    else if (length != 0)
        lab_close(lab);
}

/* Plays the lines that are whole. */
static void lab_play(struct lab *lab)
{
    char *line = lab->pending.data, *end;

    while ((end = strchr(line, '\n')) != NULL && !lab->closing) {
        *end = '\0';
        if (lab_command(lab, line) != 0) {
            program_usage(USAGE, "not a command: %s", line);
            exit(PROGRAM_USAGE);
        }
        line = end + 1;
    }
    struct buffer rest;

    buffer_init(&rest, MAX_PENDING);
    buffer_append(&rest, line, strlen(line));
    buffer_deinit(&lab->pending);
    lab->pending = rest;
}

static int lab_command(struct lab *lab, const char *line)
{
    char word[32] = "", why[CALL_REASON_SIZE] = "", id[UUID_LENGTH + 1];
    int64_t number;
    size_t count = SIZE_MAX;

    if (sscanf(line, "add %" SCNd64 " %16s", &number, word) == 2) {
        lab_add(lab, number, word);
    } else if (sscanf(line, "fill %zu %" SCNd64, &count, &number) == 2) {
        lab_fill(lab, count, number);
    } else if (sscanf(line, "update %" SCNd64 " %31s %63[^\n]", &number, word, why) >=
               2) {
        if (call_state_of_name(word) == CALL_STATES)
            return UV_EINVAL;
        call_scheduler_update(&lab->scheduler, number, NULL, call_state_of_name(word),
                              why[0] != '\0' ? why : NULL);
    } else if (sscanf(line, "told %36s %" SCNd64 " %31s", id, &number, word) == 3) {
        printf("%s %" PRId64 "\n",
               call_scheduler_update(&lab->scheduler, number, id,
                                     call_state_of_name(word), NULL)
                   ? "news of"
                   : "no news of",
               number);
    } else if (sscanf(line, "limit %zu", &count) == 1) {
        call_scheduler_limit(&lab->scheduler, count);
    } else if (sscanf(line, "answer %31s", word) == 1) {
        lab->answer = call_state_of_name(word);
    } else if (sscanf(line, "claim %" SCNd64, &number) == 1) {
        lab_claim(lab, number);
    } else if (sscanf(line, "clock %" SCNd64, &number) == 1) {
        clock_ms = number;
    } else if (sscanf(line, "list %zu", &count) == 1 || strcmp(line, "list") == 0) {
        call_scheduler_each(&lab->scheduler, count, lab_list_one, NULL);
        puts("listed");
    } else if (strcmp(line, "stop") == 0) {
        call_scheduler_stop(&lab->scheduler);
    } else if (strcmp(line, "close") == 0) {
        lab_close(lab);
    } else {
        return UV_EINVAL;
    }
    return 0;
}

static void lab_add(struct lab *lab, int64_t at_ms, const char *number)
{
    struct lab_promise *own = xmalloc(sizeof *own);

    own->at_ms = at_ms;
    snprintf(own->number, sizeof own->number, "%.*s", PHONE_SIZE - 1, number);
    int status = call_scheduler_add(&lab->scheduler, &own->promise, at_ms, own->number,
                                    lab_on_added);
    if (status == 0)
        return;
    printf("refused %s %" PRId64 " %s\n", uv_err_name(status), at_ms, number);
    free(own);
}

static void lab_on_added(struct call_promise *promise, int status)
{
    struct lab_promise *own = container_of(promise, struct lab_promise, promise);

    if (status == 0)
        printf("promised %" PRId64 " %" PRId64 " %s\n", promise->job.call.id, own->at_ms,
               own->number);
    else
        printf("refused %s %" PRId64 " %s\n", uv_err_name(status), own->at_ms,
               own->number);
    free(own);
}

static void lab_fill(struct lab *lab, size_t count, int64_t at_ms)
{
    lab->filling += count;
    while (count-- > 0) {
        struct call_promise *promise = xmalloc(sizeof *promise);
        int status = call_scheduler_add(&lab->scheduler, promise, at_ms, "+15550100",
                                        lab_on_filled);
        if (status != 0) {
            promise->scheduler = &lab->scheduler;
            lab_on_filled(promise, status);
        }
    }
}

static void lab_on_filled(struct call_promise *promise, int status)
{
    struct lab *lab = container_of(promise->scheduler, struct lab, scheduler);

    free(promise);
    lab->filled += status == 0;
    lab->refused += status != 0;
    if (lab->filled + lab->refused == lab->filling)
        printf("filled %zu, refused %zu\n", lab->filled, lab->refused);
}

static void lab_claim(struct lab *lab, int64_t id)
{
    struct store_job *job = xmalloc(sizeof *job);

    job->call.id = id;
    job->call.claimed_ms = lab_clock();
    int status = call_store_do(lab->scheduler.store, STORE_CLAIM, job, lab_on_claimed);
    if (status != 0)
        lab_on_claimed(job, status);
}

static void lab_on_claimed(struct store_job *job, int status)
{
    if (status == 0)
        printf("claimed %" PRId64 "\n", job->call.id);
    else
        printf("not claimed %s %" PRId64 "\n", uv_err_name(status), job->call.id);
    free(job);
}

static void lab_on_due(struct call_scheduler *scheduler, const struct call *call)
{
    struct lab *lab = container_of(scheduler, struct lab, scheduler);

    printf("due %" PRId64 " %" PRId64 " %s %s\n", call->id, call->at_ms, call->number,
           call->command_id);
    if (lab->answer != CALL_STATES)
        call_scheduler_update(scheduler, call->id, call->command_id, lab->answer, NULL);
}

static void lab_on_trouble(struct call_scheduler *scheduler, const char *what, int error)
{
    (void)scheduler;
    printf("trouble %s %s\n", uv_err_name(error), what);
}

static void lab_list_one(void *context, const struct call *call)
{
    (void)context;
    printf("call %" PRId64 " %" PRId64 " %s %s %s %" PRId64 " %s\n", call->id,
           call->at_ms, call->number, call->command_id, call_state_name(call->state),
           call->claimed_ms, call->reason);
}

static void lab_close(struct lab *lab)
{
    if (lab->closing)
        return;
    lab->closing = true;
    uv_close((uv_handle_t *)&lab->input, NULL);
    call_scheduler_close(&lab->scheduler, lab_on_closed);
}

static void lab_on_closed(struct call_scheduler *scheduler)
{
    (void)scheduler;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {.answer = CALL_STATES};
    unsigned long long ms;

    program_init();
    if (argc < 2 || argc > 3 || (argc == 3 && !parse_whole(argv[2], 0, INT64_MAX, &ms)))
        return program_usage(USAGE, NULL);
    if (argc == 3)
        clock_ms = (int64_t)ms;
    buffer_init(&lab.pending, MAX_PENDING);
    int status = uv_loop_init(&lab.loop);
    if (status != 0)
        program_fail("scheduler_lab", uv_strerror(status));
    lab_open(&lab, argv[1]);
    uv_run(&lab.loop, UV_RUN_DEFAULT);
    buffer_deinit(&lab.pending);
    return program_close_loop(&lab.loop) == 0 ? PROGRAM_OK : PROGRAM_FAILED;
}
