#include "lib/memory.h"

#include <stdio.h>
#include <stdlib.h>

void *xmalloc(size_t size)
{
    return xcalloc(1, size);
}

void *xcalloc(size_t count, size_t size)
{
    /* calloc(0) may return NULL without having failed. */
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (memory == NULL) {
        fprintf(stderr, "out of memory: %zu x %zu bytes\n", count, size);
        abort();
    }
    return memory;
}
