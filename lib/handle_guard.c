/* handle_guard: catches the classic libuv mistake where it is made.
 *
 * A handle's memory belongs to the loop until its close callback has run. Freeing it
 * earlier often goes unseen: libuv is not built with AddressSanitizer, so nobody checks
 * its reads. But AddressSanitizer tells us of every free(), and the loop knows every
 * handle that is not yet closed: if one lies in the block being freed, we stop right
 * there, with the stack of the free().
 *
 * Linked into sanitized builds only. It has no header: it needs no calls. uv_run() and
 * uv_loop_close() here stand in front of libuv's, to know which loop this thread runs. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The sanitizers' public interface; gcc ships no header for it. */
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));
extern int __sanitizer_get_ownership(const volatile void *block);
extern size_t __sanitizer_get_allocated_size(const volatile void *block);
extern void __sanitizer_print_stack_trace(void);

struct block {
    const char *start;
    size_t size;
};

static _Thread_local uv_loop_t
    *running; /* this thread's loop, from uv_run() to its close */

static int block_holds(const struct block *block, const void *address)
{
    const char *at = address;
    return at >= block->start && at < block->start + block->size;
}

static void handle_on_walk(uv_handle_t *handle, void *arg)
{
    if (!block_holds(arg, handle))
        return;
    fprintf(stderr, "==ERROR: HandleGuard: %s %s\n",
            uv_is_closing(handle) ? "closing" : "open",
            uv_handle_type_name(handle->type));
    __sanitizer_print_stack_trace();
    _Exit(99);
}

/* Whether a handle of the running loop that is not closed may lie at `at`. Asking the
 * loop itself costs a walk over all its handles, too much for every free(); so it is
 * asked only when the bytes look like one. In the memory of a closed handle libuv has
 * left its mark. */
static int looks_like_a_handle(const char *at)
{
    enum { CLOSED = 0x2 }; /* libuv's UV_HANDLE_CLOSED */
    uv_handle_t copy;

    memcpy(&copy, at, sizeof copy);
    return copy.loop == running && copy.type > UV_UNKNOWN_HANDLE &&
           copy.type < UV_HANDLE_TYPE_MAX && !(copy.flags & CLOSED);
}

static int may_hold_a_handle(const struct block *block)
{
    for (size_t at = 0; at + sizeof(uv_handle_t) <= block->size; at += sizeof(void *))
        if (looks_like_a_handle(block->start + at))
            return 1;
    return 0;
}

static void memory_on_malloc(const volatile void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

static void memory_on_free(const volatile void *memory)
{
    if (running == NULL || memory == NULL || !__sanitizer_get_ownership(memory))
        return; /* freed twice, or never allocated: the sanitizer says it better */

    struct block block = {(const char *)memory, __sanitizer_get_allocated_size(memory)};
    if (block_holds(&block, running))
        running = NULL; /* the loop itself goes: there is nothing left to ask */
    else if (may_hold_a_handle(&block))
        uv_walk(running, handle_on_walk, &block);
}

__attribute__((constructor)) static void guard_install(void)
{
    __sanitizer_install_malloc_and_free_hooks(memory_on_malloc, memory_on_free);
}

int uv_run(uv_loop_t *loop, uv_run_mode mode)
{
    int (*next)(uv_loop_t *, uv_run_mode);
    *(void **)&next = dlsym(RTLD_NEXT, "uv_run");
    running = loop;
    return next(loop, mode);
}

int uv_loop_close(uv_loop_t *loop)
{
    int (*next)(uv_loop_t *);
    *(void **)&next = dlsym(RTLD_NEXT, "uv_loop_close");
    int status = next(loop);
    if (status == 0 && loop == running)
        running = NULL;
    return status;
}
