/* todo: how an unfilled gap of an exercise speaks up.
 *
 * A skeleton's gap holds TODO("1.2") until the learner writes it. The program then still
 * compiles, runs and ends; it only says what is missing and where. */
#ifndef LIB_TODO_H
#define LIB_TODO_H

#include <stdbool.h>

/* Says once for each gap, on stderr: "TODO 1.2 is not written yet (file:line)".
 * Returns UV_ENOSYS, for gaps in functions that return a status. */
#define TODO(gap) todo_report((gap), __FILE__, __LINE__)

/* Behind TODO(): `gap` is the gap's number, `file` and `line` where it stands; borrows
 * both strings for as long as the program runs. Call it from the loop's thread only. */
int todo_report(const char *gap, const char *file, int line);

/* Whether any gap has spoken up in this run: then what failed needs no other words. */
bool todo_was_reported(void);

#endif
