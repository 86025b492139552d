/* Probe: libuv's loop runs a timer and a job on its thread pool, and closes clean. */
#include <stdio.h>
#include <uv.h>

static int fired;
static int worked;
static int reported;

static void timer_on_fire(uv_timer_t *timer)
{
    fired = 1;
    uv_close((uv_handle_t *)timer, NULL);
}

static void job_on_thread(uv_work_t *job)
{
    (void)job;
    worked = 1;
}

static void job_on_done(uv_work_t *job, int status)
{
    (void)job;
    reported = status == 0;
}

int main(void)
{
    uv_loop_t loop;
    uv_timer_t timer;
    uv_work_t job;

    printf("%s\n", uv_version_string());
    if (uv_loop_init(&loop) || uv_timer_init(&loop, &timer) ||
        uv_timer_start(&timer, timer_on_fire, 1, 0) ||
        uv_queue_work(&loop, &job, job_on_thread, job_on_done)) {
        fprintf(stderr, "a loop, a timer or a job does not start\n");
        return 1;
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    if (!fired || !worked || !reported || uv_loop_close(&loop) != 0) {
        fprintf(stderr, "the loop lost the timer or the job, or does not close\n");
        return 1;
    }
    return 0;
}
