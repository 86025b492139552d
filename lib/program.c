#include "lib/program.h"

#include "lib/todo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* gcc says __SANITIZE_ADDRESS__, clang __has_feature(address_sanitizer). */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

static void exit_if_output_failed(void)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("the output could not be written\n", stderr);
        _exit(PROGRAM_FAILED);
    }
}

void program_init(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1)
            abort();
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    atexit(exit_if_output_failed);
}

int program_usage(const char *usage, const char *problem, ...)
{
    va_list arguments;

    if (problem != NULL) {
        va_start(arguments, problem);
        vfprintf(stderr, problem, arguments);
        va_end(arguments);
        fputc('\n', stderr);
    }
    fprintf(stderr, "usage: %s\n", usage);
    return PROGRAM_USAGE;
}

/* getopt_long() tells a letter, which may stand among others as in "-xy", in optopt; a
 * word ("--xy") is the one before the next. */
int program_bad_option(const char *usage, int option, char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > ' ' && optopt <= '~';

    return program_usage(usage, "%s: %s", is_letter ? letter : argv[optind - 1],
                         option == ':' ? "its value is missing" : "no such option");
}

_Noreturn void program_fail(const char *name, const char *problem)
{
    if (!todo_was_reported())
        fprintf(stderr, "%s: %s\n", name, problem);
    exit(PROGRAM_FAILED);
}

#ifdef __SANITIZE_ADDRESS__
static bool is_allocator(const char *place)
{
    return strncmp(place, "xmalloc ", 8) == 0 || strncmp(place, "xcalloc ", 8) == 0 ||
           strstr(place, "interceptor") != NULL;
}
#endif

/* The frame in this project's code that allocated the memory around `handle`:
 * xmalloc()'s caller. Only ASan remembers it; without it, or when the handle is not on
 * the heap, there is nothing to print. */
static void print_allocation(uv_handle_t *handle)
{
#ifdef __SANITIZE_ADDRESS__
    enum { MAX_FRAMES = 8 };
    void *frames[MAX_FRAMES];
    char place[256];
    int thread;
    size_t count = __asan_get_alloc_stack(handle, frames, MAX_FRAMES, &thread);

    for (size_t i = 0; i < count; i++) {
        __sanitizer_symbolize_pc((char *)frames[i] - 1, "%f (%s:%l)", place,
                                 sizeof place);
        if (strstr(place, ".c:") != NULL && !is_allocator(place)) {
            fprintf(stderr, ", in memory allocated by %s", place);
            return;
        }
    }
#else
    (void)handle;
#endif
}

static void print_open_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    fprintf(stderr, "still open: a %s, %s", uv_handle_type_name(handle->type),
            uv_is_closing(handle)  ? "closing (run the loop until its callback came)"
            : uv_is_active(handle) ? "active"
                                   : "not active");
    print_allocation(handle);
    fputc('\n', stderr);
}

int program_close_loop(uv_loop_t *loop)
{
    int status = uv_loop_close(loop);

    if (status == UV_EBUSY) {
        fputs("the loop cannot be closed: a handle was not closed\n", stderr);
        uv_walk(loop, print_open_handle, NULL);
    }
    return status;
}

bool parse_decimal(const char *text, double max, double *number)
{
    size_t digits = strspn(text, "0123456789.");
    char *end;

    if (text[digits] != '\0' || strpbrk(text, "0123456789") == NULL)
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && *number >= 0 && *number <= max;
}

bool parse_whole(const char *text, unsigned long long min, unsigned long long max,
                 unsigned long long *number)
{
    size_t digits = strspn(text, "0123456789");
    char *end;

    if (digits == 0 || text[digits] != '\0')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *number >= min && *number <= max;
}
