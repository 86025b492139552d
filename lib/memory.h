/* memory: allocation that cannot fail, and the way from a member back to its struct. */
#ifndef LIB_MEMORY_H
#define LIB_MEMORY_H

#include <stddef.h>

/* The struct of type `type` whose member `member` is at `pointer`. libuv hands a callback
 * the handle it was started with; the struct around the handle is the context. */
#define container_of(pointer, type, member)                                              \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* `size` bytes, zeroed. Gives the memory: free() it. Out of memory: says so on stderr and
 * aborts, since no program here could go on. */
void *xmalloc(size_t size);

/* `count` times `size` bytes, zeroed, as xmalloc(). A product too large aborts as
 * well. */
void *xcalloc(size_t count, size_t size);

/* `memory` (from one of these functions, or NULL; taken) with `size` bytes; what was in
 * it is kept, what is new is not zeroed. Gives the memory. Aborts as xmalloc(). */
void *xrealloc(void *memory, size_t size);

/* A copy of `text` (borrowed). Gives it. Aborts as xmalloc(). */
char *xstrdup(const char *text);

/* What printf() would print, as a string. Gives it. Aborts as xmalloc(). */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
