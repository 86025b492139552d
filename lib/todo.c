/* One line a gap is enough: a gap in a callback may be reached a thousand times. */
#include "lib/todo.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#define MAX_GAPS 64

static bool reported_before(const char *gap)
{
    static const char *reported[MAX_GAPS];
    static size_t count;

    for (size_t i = 0; i < count; i++)
        if (strcmp(reported[i], gap) == 0)
            return true;
    if (count < MAX_GAPS)
        reported[count++] = gap;
    return false;
}

int todo_report(const char *gap, const char *file, int line)
{
    if (!reported_before(gap))
        fprintf(stderr, "TODO %s is not written yet (%s:%d)\n", gap, file, line);
    return UV_ENOSYS;
}
