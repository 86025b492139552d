/* program: what every program of the workshop does first and last. */
#ifndef LIB_PROGRAM_H
#define LIB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Exit codes. A wrong command line is told apart from work that failed. */
enum { PROGRAM_OK = 0, PROGRAM_FAILED = 1, PROGRAM_USAGE = 2 };

/* To be called first. Makes stdout line-buffered, so that a line is seen when it is
 * printed, also in a pipe. Opens /dev/null where stdin, stdout or stderr are closed:
 * libuv would get their numbers for its own files. Ignores SIGPIPE and SIGXFSZ: what a
 * pipe or a file does not take is an error, and not the end. Sees to it that a program
 * that could not write its output (a full disk) says so and exits with PROGRAM_FAILED. */
void program_init(void);

/* Prints `usage: ...` on stderr, with `problem` (borrowed, may be NULL) before it, and
 * returns PROGRAM_USAGE, for `return program_usage(...)`. */
int program_usage(const char *usage, const char *problem, ...)
    __attribute__((format(printf, 2, 3)));

/* Says which option of `argv` is wrong when getopt_long() has returned `option`: ':' (its
 * value is missing) or '?' (there is no such option). Prints, and returns, as
 * program_usage(). */
int program_bad_option(const char *usage, int option, char **argv);

/* Prints "NAME: PROBLEM" on stderr (both borrowed), unless an unfilled gap has said
 * already what is missing, and exits with PROGRAM_FAILED. Call it while main() still
 * runs: what is open then is in use, and does not count as leaked. */
_Noreturn void program_fail(const char *name, const char *problem);

/* Closes the loop as uv_loop_close() does and returns its status. When handles are still
 * open (UV_EBUSY), names each of them on stderr: its type, its state and, in a sanitized
 * build, where the memory around it was allocated. */
int program_close_loop(uv_loop_t *loop);

/* Reads a decimal number from `text` (borrowed) into `*number`: digits with at most one
 * point among them, nothing before or after, between 0 and `max`. False when it is
 * not; `*number` is then of no use. */
bool parse_decimal(const char *text, double max, double *number);

/* Reads a whole number from `text` (borrowed) into `*number`: digits only, between
 * `min` and `max`. False when it is not; `*number` is then of no use. */
bool parse_whole(const char *text, unsigned long long min, unsigned long long max,
                 unsigned long long *number);

#endif
