/* heap: what comes first is on top; nodes are members of what is ordered.
 *
 * Four children a node: the heap is half as deep as with two, and the four stand beside
 * each other in memory. Find the struct around a node with container_of(). */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* A node: the caller's memory; it must be in at most one heap. */
struct heap_node {
    size_t index; /* where it stands; the heap's own */
};

/* Whether `a` comes before `b`. */
typedef bool (*heap_before_cb)(const struct heap_node *a, const struct heap_node *b);

/* The caller's memory. Read `count`; leave the rest alone. */
struct heap {
    size_t count;
    size_t capacity;
    struct heap_node **nodes;
    heap_before_cb before;
};

/* Makes an empty heap. */
void heap_init(struct heap *heap, heap_before_cb before);

/* Frees the heap's own memory; the nodes are the caller's. */
void heap_deinit(struct heap *heap);

/* Adds `node` (borrowed until it is removed). */
void heap_add(struct heap *heap, struct heap_node *node);

/* Takes out `node`, which must be in it. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node before which no other comes; NULL: it is empty. Borrowed. */
struct heap_node *heap_first(const struct heap *heap);

#endif
