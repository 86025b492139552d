/* One line a gap is enough: a gap in a callback may be reached a thousand times. */
#include "lib/todo.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { MAX_GAPS = 64 };

static const char *reported[MAX_GAPS];
static size_t reported_count;

static bool reported_before(const char *gap)
{
    for (size_t i = 0; i < reported_count; i++)
        if (strcmp(reported[i], gap) == 0)
            return true;
    return reported_count == MAX_GAPS;
}

int todo_report(const char *gap, const char *file, int line)
{
    if (!reported_before(gap)) {
        reported[reported_count++] = gap;
        fprintf(stderr, "TODO %s is not written yet (%s:%d)\n", gap, file, line);
    }
    return UV_ENOSYS;
}

bool todo_was_reported(void)
{
    return reported_count > 0;
}
