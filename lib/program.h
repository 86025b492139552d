/* program: what every program of the workshop does first and last. */
#ifndef LIB_PROGRAM_H
#define LIB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Exit codes. A wrong command line is told apart from work that failed. */
enum { PROGRAM_OK = 0, PROGRAM_FAILED = 1, PROGRAM_USAGE = 2 };

/* Makes stdout line-buffered, so that a line is seen when it is printed, also in a pipe. */
void program_init(void);

/* Prints `usage: ...` on stderr, with `problem` (borrowed, may be NULL) before it, and
 * returns PROGRAM_USAGE, for `return program_usage(...)`. */
int program_usage(const char *usage, const char *problem, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints "NAME: what `status` (a negative UV_E*) means" on stderr and exits with
 * PROGRAM_FAILED. What is still open then is still in use, so it does not count as leaked:
 * call it from main(), where the program's state lives. UV_ENOSYS, which comes from an
 * unfilled gap, has been explained already and is not printed. */
_Noreturn void program_fail(const char *name, int status);

/* Closes the loop as uv_loop_close() does and returns its status. When handles are still
 * open (UV_EBUSY), names each of them on stderr: its type, its state and, in a sanitized
 * build, where the memory around it was allocated. */
int program_close_loop(uv_loop_t *loop);

/* Reads a decimal number from `text` (borrowed) into `*number`: digits with at most one
 * point among them, nothing before or after, between 0 and `max`. False when it is not. */
bool parse_decimal(const char *text, double max, double *number);

/* Reads a whole number from `text` (borrowed), digits only, between `min` and `max`. */
bool parse_whole(const char *text, unsigned long long min, unsigned long long max,
                 unsigned long long *number);

#endif
