/* Mistakes with libuv, for test_sanitizer.py: `libuv_mistakes NAME` makes one. The marks
 * are as in mistakes.c. Linked with and without the handle guard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static uv_loop_t loop;

struct task {
    uv_timer_t timer;
};

static void task_on_closed(uv_handle_t *handle)
{
    (void)handle;
}

static void task_on_timer(uv_timer_t *timer)
{
    (void)timer;
}

static struct task *task_create(uv_timer_cb on_timer)
{
    struct task *task = malloc(sizeof *task);
    uv_timer_init(&loop, &task->timer);
    task->timer.data = task;
    uv_timer_start(&task->timer, on_timer, 1, 0);
    return task;
}

static void closed_twice(void)
{
    struct task *task = task_create(task_on_timer);
    uv_close((uv_handle_t *)&task->timer, NULL);
    uv_close((uv_handle_t *)&task->timer, NULL); /* HERE closed_twice */
}

static void closed_nothing(void)
{
    struct task *task = malloc(sizeof *task);
    uv_close((uv_handle_t *)&task->timer, NULL); /* HERE closed_nothing */
}

static void freed_early_on_timer(uv_timer_t *timer)
{
    struct task *task = timer->data;
    uv_close((uv_handle_t *)timer, task_on_closed);
    free(task); /* FREED freed_early */
}

static void freed_early(void)
{
    task_create(freed_early_on_timer);
    uv_run(&loop, UV_RUN_DEFAULT); /* HERE freed_early */
}

static void freed_open_on_timer(uv_timer_t *timer)
{
    free(timer->data); /* FREED freed_open */
}

static void freed_open(void)
{
    task_create(freed_open_on_timer);
    uv_run(&loop, UV_RUN_DEFAULT);
}

static struct task *other;

static void freed_active_on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
    free(other); /* FREED freed_active */
}

static void freed_active(void)
{
    struct task task;
    uv_timer_init(&loop, &task.timer);
    uv_timer_start(&task.timer, freed_active_on_timer, 0, 0);
    other = task_create(task_on_timer);
    uv_timer_start(&other->timer, task_on_timer, 60000, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void read_on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char memory[65536];
    (void)handle, (void)size;
    *buffer = uv_buf_init(memory, sizeof memory);
}

static void stream_on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    (void)stream, (void)count, (void)buffer;
}

static uv_pipe_t ends[2];

/* Starts a write too big for the socket's buffer, so that it waits for the loop. */
static void start_write(uv_write_t *request, char *data, size_t size)
{
    int sockets[2];
    uv_socketpair(SOCK_STREAM, 0, sockets, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE);
    for (int i = 0; i < 2; i++) {
        uv_pipe_init(&loop, &ends[i], 0);
        uv_pipe_open(&ends[i], sockets[i]);
    }
    uv_read_start((uv_stream_t *)&ends[1], read_on_alloc, stream_on_read);
    uv_buf_t buffer = uv_buf_init(data, (unsigned)size);
    uv_write(request, (uv_stream_t *)&ends[0], &buffer, 1, NULL);
}

static void freed_write_data(void)
{
    static uv_write_t request;
    size_t size = 4 << 20;
    char *data = calloc(1, size); /* ALLOCATED freed_write_data */
    start_write(&request, data, size);
    free(data); /* FREED freed_write_data */
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void freed_write_request(void)
{
    static char data[4 << 20];
    uv_write_t *request = malloc(sizeof *request);
    start_write(request, data, sizeof data);
    free(request);
    uv_run(&loop, UV_RUN_DEFAULT); /* HERE freed_write_request */
}

static void wrote_nothing(void)
{
    uv_write_t request;
    uv_buf_t none = {0};
    uv_pipe_init(&loop, &ends[0], 0);
    uv_write(&request, (uv_stream_t *)&ends[0], &none, 0, NULL); /* HERE wrote_nothing */
}

static void wrote_to_timer(void)
{
    uv_write_t request;
    uv_buf_t buffer = uv_buf_init(NULL, 0);
    struct task *task = task_create(task_on_timer);
    void *timer = &task->timer;
    uv_write(&request, timer, &buffer, 1, NULL); /* HERE wrote_to_timer */
}

static void timer_without_loop(void)
{
    static uv_timer_t timer;
    uv_timer_start(&timer, task_on_timer, 1, 0); /* HERE timer_without_loop */
}

static void loop_left_open(void)
{
    uv_loop_t *mine = malloc(sizeof *mine);
    uv_loop_init(mine); /* HERE loop_left_open */
    free(mine);
}

static void listener_on_connection(uv_stream_t *listener, int status)
{
    (void)listener, (void)status;
}

static void listener_left_open(void)
{
    static uv_tcp_t listener;
    struct sockaddr_in address;
    uv_loop_t *mine = malloc(sizeof *mine);
    uv_loop_init(mine);
    uv_tcp_init(mine, &listener);
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
    uv_listen((uv_stream_t *)&listener, 1, /* HERE listener_left_open */
              listener_on_connection);
    free(mine);
}

/* No mistake: the memory is freed when the close callback runs. */
static void clean_on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void clean_on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, clean_on_closed);
}

static void clean(void)
{
    for (int i = 0; i < 100; i++)
        task_create(clean_on_timer);
    uv_run(&loop, UV_RUN_DEFAULT);
}

#define MISTAKE(name)                                                                    \
    {                                                                                    \
#name, name                                                                      \
    }
static const struct {
    const char *name;
    void (*make)(void);
} mistakes[] = {
    MISTAKE(closed_twice),
    MISTAKE(closed_nothing),
    MISTAKE(freed_early),
    MISTAKE(freed_open),
    MISTAKE(freed_active),
    MISTAKE(freed_write_data),
    MISTAKE(freed_write_request),
    MISTAKE(wrote_nothing),
    MISTAKE(wrote_to_timer),
    MISTAKE(timer_without_loop),
    MISTAKE(loop_left_open),
    MISTAKE(listener_left_open),
    MISTAKE(clean),
};

int main(int argc, char **argv)
{
    uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        if (argc == 2 && strcmp(argv[1], mistakes[i].name) == 0) {
            mistakes[i].make();
            return uv_loop_close(&loop) == 0 ? 0 : 1;
        }
    }
    return 2;
}
