/* command_lab: sends one command at a moment that matters. Given, finished.
 *
 *     $ ./command_lab late http://127.0.0.1:8105
 *     not sent: connection timed out
 *
 *   late      so late that no try may begin
 *   retry     in time; as soon as a second try may not begin, it says "too late"
 *   cancel    and cancels it in the turn in which the pause before the second try ends
 *
 * At the end it says what has become of it: "connection timed out, 1 tried, unsure". */
#include "lib/program.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/call_command.h"

#include <stdio.h>
#include <string.h>

/* A try has an hour: only the test ends it. And when it begins it is in time, unless the
 * machine stops for SPARE_MS between two lines. */
enum { TRY_MS = 3600 * 1000, SPARE_MS = 1000, LOOK_MS = 1 };

static struct http_client client;
static struct call_command command;
static int64_t give_up_ms;

static void lab_on_done(struct call_command *ended, const struct call_result *result)
{
    (void)ended;
    printf("%s, %u tried%s\n", result->error != 0 ? result->problem : "done",
           result->tries, result->unsure ? ", unsure" : "");
    http_client_close(&client, NULL);
}

static void lab_on_look(uv_timer_t *timer)
{
    if (utc_now_ms() + TRY_MS <= give_up_ms)
        return;
    puts("too late");
    uv_close((uv_handle_t *)timer, NULL);
}

static void lab_on_pause_ends(uv_timer_t *timer)
{
    puts("cancelled");
    call_command_cancel(&command);
    uv_close((uv_handle_t *)timer, NULL);
}

/* Timers of equal times run in the order in which they were started: this one right after
 * the pause's. */
static void lab_on_watch(uv_timer_t *timer)
{
    if (uv_is_active((uv_handle_t *)&command.pause.timer))
        uv_timer_start(timer, lab_on_pause_ends,
                       uv_timer_get_due_in(&command.pause.timer), 0);
}

int main(int argc, char **argv)
{
    const char *when = argc == 3 ? argv[1] : "";
    bool is_retry = strcmp(when, "retry") == 0, is_cancel = strcmp(when, "cancel") == 0;
    bool is_late = strcmp(when, "late") == 0;
    struct call_api api = {.client = &client,
                           .url = argc == 3 ? argv[2] : "",
                           .key = "demo",
                           .timeout_ms = TRY_MS,
                           .policy = {.max_retries = 4}};
    uv_loop_t loop;
    uv_timer_t timer;

    program_init();
    if (!is_retry && !is_cancel && !is_late)
        return program_usage("command_lab late|retry|cancel URL", NULL);
    uv_loop_init(&loop);
    int status = http_client_init(&client, &loop, NULL);
    if (status != 0)
        program_fail("command_lab", uv_strerror(status));
    if (!is_cancel)
        give_up_ms = utc_now_ms() + TRY_MS + (is_late ? -1 : SPARE_MS);
    status = call_command_start(&command, &api, "/v2/calls/x/actions/hangup",
                                json_object(), NULL, give_up_ms, lab_on_done);
    if (status != 0) {
        printf("not sent: %s\n", uv_strerror(status));
        http_client_close(&client, NULL);
    } else {
        uv_timer_init(&loop, &timer);
        uv_timer_start(&timer, is_retry ? lab_on_look : lab_on_watch, LOOK_MS, LOOK_MS);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    return program_close_loop(&loop) != 0 ? PROGRAM_FAILED : PROGRAM_OK;
}
