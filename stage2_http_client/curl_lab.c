/* curl_lab STEP...: plays a script on curl_loop, one step after the other.
 *
 * The tests drive curl_loop.c with it, and everything that happens is a line. Given,
 * finished.
 *
 *   URL             adds a transfer of this URL; the first one has number 0
 *   limit=MS        the transfers that follow may take so long
 *   fill=BYTES      the transfers that follow send so many bytes
 *   again=I         adds transfer I again
 *   remove=I        removes transfer I
 *   free=I          frees transfer I, which has ended or was removed
 *   on-done=I STEP  plays that step when transfer I ends, inside the callback
 *   turn            the loop runs once, without waiting
 *   wait=I          the loop runs until transfer I has ended
 *   turns           says how often the loop has turned
 *   timer           says how curl's timer stands
 *   close           the script ends here; what still runs is removed, and all is closed
 *
 * After the last step the loop runs until nothing is left in it, and then all is
 * closed. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/curl_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "curl_lab STEP...    (the steps are listed in curl_lab.c)"

enum { MAX_LIMIT_MS = 3600000, MAX_FILL = 1000000 };

struct transfer {
    size_t number;
    CURL *easy;
    bool with_curl;
    const char *done_step;
};

struct lab {
    uv_loop_t loop;
    uv_prepare_t turn; /* comes once a turn */
    size_t turns;
    struct curl_loop curl;
    struct transfer *transfers;
    size_t count, max_transfers;
    long limit_ms, fill;
    const char **planned; /* the next step is not played now, but kept there */
    bool ends, is_closed;
};

static int lab_step(struct lab *lab, const char *step);
static int lab_step_of(struct lab *lab, const char *step);
static void lab_create(struct lab *lab, const char *url);
static void lab_add(struct lab *lab, struct transfer *transfer);
static int transfer_on_socket(void *data, curl_socket_t number, curlsocktype purpose);
static size_t transfer_on_body(char *bytes, size_t one, size_t length, void *data);
static void lab_on_transfer_done(struct curl_loop *curl, CURL *easy, CURLcode code);
static void lab_remove(struct lab *lab, struct transfer *transfer);
static void lab_free(struct lab *lab, struct transfer *transfer);
static void lab_on_turn(uv_prepare_t *turn);
static void lab_tell_timer(const struct lab *lab);
static int lab_close(struct lab *lab);
static void lab_on_closed(struct curl_loop *curl);

/* Plays one step. 0, or UV_EINVAL when there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    if (lab->planned != NULL) {
        *lab->planned = step;
        lab->planned = NULL;
    } else if (strstr(step, "://") != NULL) {
        lab_create(lab, step);
    } else if (strcmp(step, "turn") == 0) {
        uv_run(&lab->loop, UV_RUN_NOWAIT);
    } else if (strcmp(step, "turns") == 0) {
        printf("the loop has turned %zu times\n", lab->turns);
    } else if (strcmp(step, "timer") == 0) {
        lab_tell_timer(lab);
    } else if (strcmp(step, "close") == 0) {
        lab->ends = true;
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
    unsigned long long number, last = lab->max_transfers - 1;

    if (is_step(step, "limit", MAX_LIMIT_MS, &number)) {
        lab->limit_ms = (long)number;
    } else if (is_step(step, "fill", MAX_FILL, &number)) {
        lab->fill = (long)number;
    } else if (is_step(step, "again", last, &number)) {
        lab_add(lab, &lab->transfers[number]);
    } else if (is_step(step, "remove", last, &number)) {
        lab_remove(lab, &lab->transfers[number]);
    } else if (is_step(step, "free", last, &number)) {
        lab_free(lab, &lab->transfers[number]);
    } else if (is_step(step, "on-done", last, &number)) {
        lab->planned = &lab->transfers[number].done_step;
    } else if (is_step(step, "wait", last, &number)) {
        while (lab->transfers[number].with_curl && uv_run(&lab->loop, UV_RUN_ONCE) != 0)
            continue;
    } else {
        return UV_EINVAL;
    }
    return 0;
}

static void lab_create(struct lab *lab, const char *url)
{
    struct transfer *transfer = &lab->transfers[lab->count];
    CURL *easy = transfer->easy = curl_easy_init();

    transfer->number = lab->count++;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, lab->limit_ms);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, transfer_on_socket);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    if (lab->fill > 0) {
        char *zeros = xmalloc((size_t)lab->fill);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, lab->fill);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, zeros);
        free(zeros);
    }
    lab_add(lab, transfer);
}

static void lab_add(struct lab *lab, struct transfer *transfer)
{
    if (transfer->easy == NULL || transfer->with_curl)
        return;
    transfer->with_curl = curl_loop_add(&lab->curl, transfer->easy) == 0;
    printf("transfer %zu is %s\n", transfer->number,
           transfer->with_curl ? "added" : "refused");
}

static int transfer_on_socket(void *data, curl_socket_t number, curlsocktype purpose)
{
    struct transfer *transfer = data;

    (void)number, (void)purpose;
    printf("transfer %zu opens a socket\n", transfer->number);
    return CURL_SOCKOPT_OK;
}

static size_t transfer_on_body(char *bytes, size_t one, size_t length, void *data)
{
    struct transfer *transfer = data;

    (void)bytes;
    printf("transfer %zu receives %zu bytes\n", transfer->number, length * one);
    return length * one;
}

static void lab_on_transfer_done(struct curl_loop *curl, CURL *easy, CURLcode code)
{
    struct lab *lab = container_of(curl, struct lab, curl);
    struct transfer *transfer = NULL;
    long status = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->with_curl = false;
    if (code == CURLE_OK)
        printf("transfer %zu is done: status %ld\n", transfer->number, status);
    else
        printf("transfer %zu is done: curl's error %d\n", transfer->number, (int)code);

    const char *step = transfer->done_step;
    transfer->done_step = NULL;
    if (step != NULL)
        lab_step(lab, step);
}

static void lab_remove(struct lab *lab, struct transfer *transfer)
{
    if (!transfer->with_curl)
        return;
    printf("transfer %zu is removed\n", transfer->number);
    curl_loop_remove(&lab->curl, transfer->easy);
    transfer->with_curl = false;
}

static void lab_free(struct lab *lab, struct transfer *transfer)
{
    lab_remove(lab, transfer);
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
}

static void lab_on_turn(uv_prepare_t *turn)
{
    container_of(turn, struct lab, turn)->turns++;
}

static void lab_tell_timer(const struct lab *lab)
{
    const uv_timer_t *timer = &lab->curl.timer;

    if (!uv_is_active((const uv_handle_t *)timer))
        puts("curl's timer is stopped");
    else
        printf("curl's timer is due %s\n",
               uv_timer_get_due_in(timer) > 0 ? "later" : "now");
}

static int lab_close(struct lab *lab)
{
    if (!lab->ends) {
        uv_run(&lab->loop, UV_RUN_DEFAULT);
        puts("the loop has nothing left to wait for");
    }
    for (size_t i = 0; i < lab->count; i++)
        lab_free(lab, &lab->transfers[i]);
    uv_close((uv_handle_t *)&lab->turn, NULL);
    curl_loop_close(&lab->curl, lab_on_closed);
    puts("curl_loop_close returned");
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    if (!lab->is_closed)
        program_fail(
            "curl_lab",
            "curl_loop has not said that it is closed: open_handles is "
            "to be counted down, and curl_loop_finish() called, for each handle");
    return program_close_loop(&lab->loop);
}

static void lab_on_closed(struct curl_loop *curl)
{
    container_of(curl, struct lab, curl)->is_closed = true;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {.max_transfers = (size_t)argc};
    int status, i = 1;

    program_init();
    lab.transfers = xcalloc(lab.max_transfers, sizeof(struct transfer));
    status = uv_loop_init(&lab.loop);
    if (status == 0)
        status = curl_loop_init(&lab.curl, &lab.loop, lab_on_transfer_done);
    if (status != 0)
        program_fail("curl_lab", uv_strerror(status));
    uv_prepare_init(&lab.loop, &lab.turn);
    uv_prepare_start(&lab.turn, lab_on_turn);
    uv_unref((uv_handle_t *)&lab.turn); /* it does not keep the loop alive */

    while (i < argc && status == 0 && !lab.ends)
        status = lab_step(&lab, argv[i++]);
    if (lab_close(&lab) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    free(lab.transfers);
    return status == 0 ? PROGRAM_OK : program_usage(USAGE, "not a step: %s", argv[i - 1]);
}
