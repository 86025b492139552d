/* pause_lab: cancels a lib/pause at chosen moments, and prints each step.
 *
 *   late     in the turn in which its time is up, before it is over
 *   early    before its time is up
 *   twice    both
 *   never    not at all
 *
 * The loop runs the callbacks of equal times in the order in which they were started, and
 * closes handles after them: so the moments are sure. For test_lib_pause.py.
 */
#include "lib/pause.h"
#include "lib/program.h"

#include <stdio.h>
#include <string.h>

enum { MS = 1 };

static struct pause a_pause;

static void lab_on_over(struct pause *pause, int status)
{
    printf("over: %s\n", status == 0 ? "0" : uv_err_name(status));
    pause_cancel(pause); /* it is over: nothing happens */
}

static void lab_on_timer(uv_timer_t *timer)
{
    puts("cancelled");
    pause_cancel(&a_pause);
    uv_close((uv_handle_t *)timer, NULL);
}

int main(int argc, char **argv)
{
    const char *when = argc == 2 ? argv[1] : "";
    bool is_twice = strcmp(when, "twice") == 0;
    bool is_late = is_twice || strcmp(when, "late") == 0;
    bool is_early = is_twice || strcmp(when, "early") == 0;
    uv_loop_t loop;
    uv_timer_t timer;

    program_init();
    if (!is_late && !is_early && strcmp(when, "never") != 0)
        return program_usage("pause_lab late|early|twice|never", NULL);
    uv_loop_init(&loop);
    pause_cancel(&a_pause);
    pause_start(&a_pause, &loop, MS, lab_on_over);
    if (is_early) {
        puts("cancelled");
        pause_cancel(&a_pause);
    }
    if (is_late) {
        uv_timer_init(&loop, &timer);
        uv_timer_start(&timer, lab_on_timer, is_early ? 0 : MS, 0);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    return program_close_loop(&loop) != 0 ? PROGRAM_FAILED : PROGRAM_OK;
}
