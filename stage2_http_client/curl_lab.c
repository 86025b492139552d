/* curl_lab STEP...: plays a script on curl_loop, one step after the other.
 *
 * The tests drive curl_loop.c with it, and everything that happens is a line. Given, finished.
 *
 *   URL           adds a transfer of this URL; the first one has number 0
 *   limit=MS      transfers added from here on may take so long
 *   remove=I      removes transfer I
 *   wait=I        the loop runs until transfer I has ended
 *
 * After the last step the loop runs until nothing is left in it; what has not ended by then is
 * removed, and all is closed. */
#include "lib/memory.h"
#include "lib/program.h"
#include "stage2_http_client/curl_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "curl_lab [URL|limit=MS|remove=I|wait=I]..."

enum { MAX_LIMIT_MS = 3600000 };

struct transfer {
    size_t number;
    CURL *easy;
    bool with_curl;
};

struct lab {
    uv_loop_t loop;
    struct curl_loop curl;
    struct transfer *transfers;
    size_t count;
    long limit_ms;
    bool closed;
};

static int lab_step(struct lab *lab, const char *step);
static int lab_add(struct lab *lab, const char *url);
static int transfer_on_socket(void *data, curl_socket_t number, curlsocktype purpose);
static size_t transfer_on_body(char *bytes, size_t one, size_t length, void *data);
static void lab_on_transfer_done(struct curl_loop *curl, CURL *easy, CURLcode code);
static void lab_remove(struct lab *lab, struct transfer *transfer);
static int lab_close(struct lab *lab);
static void lab_on_closed(struct curl_loop *curl);

/* "NAME=I": the transfer it speaks of, or NULL. */
static struct transfer *transfer_of(struct lab *lab, const char *step, const char *name)
{
    size_t length = strlen(name);
    unsigned long long number;

    if (strncmp(step, name, length) != 0 || step[length] != '=' || lab->count == 0 ||
        !parse_whole(step + length + 1, 0, lab->count - 1, &number))
        return NULL;
    return &lab->transfers[number];
}

/* Plays one step. 0, or UV_EINVAL when there is no such step. */
static int lab_step(struct lab *lab, const char *step)
{
    struct transfer *transfer;
    unsigned long long limit;

    if (strstr(step, "://") != NULL)
        return lab_add(lab, step);
    if (strncmp(step, "limit=", 6) == 0 &&
        parse_whole(step + 6, 1, MAX_LIMIT_MS, &limit)) {
        lab->limit_ms = (long)limit;
    } else if ((transfer = transfer_of(lab, step, "remove")) != NULL) {
        lab_remove(lab, transfer);
    } else if ((transfer = transfer_of(lab, step, "wait")) != NULL) {
        while (transfer->with_curl && uv_run(&lab->loop, UV_RUN_ONCE) != 0)
            continue;
    } else {
        return UV_EINVAL;
    }
    return 0;
}

static int lab_add(struct lab *lab, const char *url)
{
    struct transfer *transfer = &lab->transfers[lab->count];

    transfer->number = lab->count++;
    transfer->easy = curl_easy_init();
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, lab->limit_ms);
    curl_easy_setopt(transfer->easy, CURLOPT_SOCKOPTFUNCTION, transfer_on_socket);
    curl_easy_setopt(transfer->easy, CURLOPT_SOCKOPTDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    printf("transfer %zu is added\n", transfer->number);
    int status = curl_loop_add(&lab->curl, transfer->easy);
    transfer->with_curl = status == 0;
    return status;
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
    struct transfer *transfer = NULL;
    long status = 0;

    (void)curl;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->with_curl = false;
    if (code == CURLE_OK)
        printf("transfer %zu is done: status %ld\n", transfer->number, status);
    else
        printf("transfer %zu is done: curl's error %d\n", transfer->number, (int)code);
}

static void lab_remove(struct lab *lab, struct transfer *transfer)
{
    if (!transfer->with_curl)
        return;
    printf("transfer %zu is removed\n", transfer->number);
    curl_loop_remove(&lab->curl, transfer->easy);
    transfer->with_curl = false;
}

static int lab_close(struct lab *lab)
{
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    puts("the loop has nothing left to wait for");
    for (size_t i = 0; i < lab->count; i++) {
        lab_remove(lab, &lab->transfers[i]);
        curl_easy_cleanup(lab->transfers[i].easy);
    }
    curl_loop_close(&lab->curl, lab_on_closed);
    uv_run(&lab->loop, UV_RUN_DEFAULT);
    if (!lab->closed)
        program_fail("curl_lab", "curl_loop has not said that it is closed");
    return program_close_loop(&lab->loop);
}

static void lab_on_closed(struct curl_loop *curl)
{
    container_of(curl, struct lab, curl)->closed = true;
    puts("closed");
}

int main(int argc, char **argv)
{
    struct lab lab = {0};
    int status, i = 1;

    program_init();
    lab.transfers = xcalloc((size_t)argc, sizeof(struct transfer));
    status = uv_loop_init(&lab.loop);
    if (status == 0)
        status = curl_loop_init(&lab.curl, &lab.loop, lab_on_transfer_done);
    if (status != 0)
        program_fail("curl_lab", uv_strerror(status));

    while (i < argc && status == 0)
        status = lab_step(&lab, argv[i++]);
    if (lab_close(&lab) != 0)
        exit(PROGRAM_FAILED); /* what is still open is still in use: it is no leak */
    free(lab.transfers);
    if (status == UV_EINVAL)
        return program_usage(USAGE, "not a step: %s", argv[i - 1]);
    return status != 0 ? PROGRAM_FAILED : PROGRAM_OK;
}
