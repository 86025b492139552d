/* buffer: bytes that grow at the end, up to a maximum. */
#ifndef LIB_BUFFER_H
#define LIB_BUFFER_H

#include <stddef.h>

/* The caller's memory. `data` is followed by a zero byte that does not count; it moves
 * when something is added. */
struct buffer {
    char *data;
    size_t length;   /* bytes */
    size_t capacity; /* bytes allocated */
    size_t max;      /* bytes that `length` may reach */
};

/* Makes `buffer` an empty one of at most `max` bytes. Nothing is allocated yet: `data` is
 * an empty string all the same. */
void buffer_init(struct buffer *buffer, size_t max);

/* Frees the bytes; the buffer is empty then. */
void buffer_deinit(struct buffer *buffer);

/* Copies `length` bytes to the end. 0; or UV_EFBIG, and nothing is added, when it would
 * be longer than `max`. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t length);

/* Forgets the bytes, and keeps the memory for the next. */
void buffer_clear(struct buffer *buffer);

#endif
