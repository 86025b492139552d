/* buffer: bytes that grow at the end, up to a maximum. */
#ifndef LIB_BUFFER_H
#define LIB_BUFFER_H

#include <stddef.h>
#include <string.h>
#include <uv.h>

/* The caller's memory. `data` is followed by a zero byte that does not count; it moves
 * when something is added. */
struct buffer {
    char *data;
    size_t length;   /* bytes */
    size_t capacity; /* bytes allocated; never more than `max` and the zero byte need */
    size_t max;      /* bytes that `length` may reach */
};

/* Makes `buffer` an empty one of at most `max` bytes. Nothing is allocated yet: `data` is
 * an empty string all the same. */
void buffer_init(struct buffer *buffer, size_t max);

/* Frees the bytes; the buffer is empty then. */
void buffer_deinit(struct buffer *buffer);

/* Sees to it that `length` more bytes have room. 0; or UV_EFBIG, when it would be longer
 * than `max`. */
int buffer_make_room(struct buffer *buffer, size_t length);

/* The next three are inline, since an answer is made of dozens of such calls, most of
 * them with a few bytes that are known when it is compiled. */

/* Adds `length` bytes, which the caller writes: returns where they begin. NULL, and
 * nothing is added, when it would be longer than `max`. */
static inline char *buffer_extend(struct buffer *buffer, size_t length)
{
    if (length >= buffer->capacity - buffer->length &&
        buffer_make_room(buffer, length) != 0)
        return NULL;
    char *added = buffer->data + buffer->length;
    buffer->length += length;
    added[length] = '\0';
    return added;
}

/* Copies `length` bytes to the end. 0; or UV_EFBIG, and nothing is added, when it would
 * be longer than `max`. */
static inline int buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0)
        return 0;
    char *added = buffer_extend(buffer, length);
    if (added == NULL)
        return UV_EFBIG;
    memcpy(added, bytes, length);
    return 0;
}

/* Forgets the bytes, and keeps the memory for the next. */
static inline void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    if (buffer->capacity > 0)
        buffer->data[0] = '\0';
}

#endif
