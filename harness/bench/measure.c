/* measure COMMAND [ARGUMENT...]: runs it, then prints a line with its time from start to
 * end in ms, its processor time in ms (user and system) and its peak memory in KiB.
 *
 * A small program of its own: what Linux calls the peak of a process begins with that of
 * whoever started it, and Python's would hide that of a fetcher. For `make bench`. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
    double begun = now_ms();
    struct rusage usage;
    int status = -1;
    pid_t child = argc > 1 ? fork() : -1;

    if (child == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 1;
    double wall = now_ms() - begun;
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("%.3f %.3f %ld\n", wall, ms(usage.ru_utime) + ms(usage.ru_stime),
           usage.ru_maxrss);
    return 0;
}
