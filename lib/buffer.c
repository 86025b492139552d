#include "lib/buffer.h"

#include "lib/memory.h"

#include <stdlib.h>

enum { LEAST_CAPACITY = 256 };

/* What an empty buffer points to, so that `data` always is a string. Never written to:
 * there is no capacity. */
static char nothing[1];

void buffer_init(struct buffer *buffer, size_t max)
{
    *buffer = (struct buffer){.data = nothing, .max = max};
}

void buffer_deinit(struct buffer *buffer)
{
    if (buffer->capacity > 0)
        free(buffer->data);
    buffer_init(buffer, buffer->max);
}

/* Twice as large as before, so that adding byte by byte costs little; but not beyond
 * `max`, so that what has room is within it. */
static void buffer_grow(struct buffer *buffer, size_t wanted)
{
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : LEAST_CAPACITY;

    while (capacity < wanted)
        capacity *= 2;
    if (capacity - 1 > buffer->max)
        capacity = buffer->max + 1;
    buffer->data = xrealloc(buffer->capacity > 0 ? buffer->data : NULL, capacity);
    buffer->capacity = capacity;
}

int buffer_make_room(struct buffer *buffer, size_t length)
{
    if (length > buffer->max - buffer->length)
        return UV_EFBIG;
    if (buffer->length + length + 1 > buffer->capacity)
        buffer_grow(buffer, buffer->length + length + 1);
    return 0;
}
