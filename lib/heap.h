/* heap: what comes first is on top; nodes are members of what is ordered.
 *
 * Four children a node: the heap is half as deep as with two, and the four stand beside
 * each other in memory, each with its key. So most of the time no node is looked at, and
 * with a million of them that would be what costs. Find the struct around a node with
 * container_of(). */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A node: the caller's memory; it must be in at most one heap. */
struct heap_node {
    size_t index; /* where it stands; the heap's own */
};

/* Whether `a` comes before `b`, which was added with the same key. */
typedef bool (*heap_before_cb)(const struct heap_node *a, const struct heap_node *b);

/* A place in the heap; the heap's own. */
struct heap_place {
    int64_t key;
    struct heap_node *node;
};

/* The caller's memory. Read `count`; leave the rest alone. */
struct heap {
    size_t count;
    size_t capacity;
    struct heap_place *places;
    heap_before_cb before;
};

/* Makes an empty heap. `before` decides between equal keys; NULL: in any order. */
void heap_init(struct heap *heap, heap_before_cb before);

/* Frees the heap's own memory; the nodes are the caller's. It is empty then. */
void heap_deinit(struct heap *heap);

/* Adds `node` (borrowed until it is removed): behind those with a smaller key, before
 * those with a larger one. */
void heap_add(struct heap *heap, struct heap_node *node, int64_t key);

/* Takes out `node`, which must be in it. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node before which no other comes; NULL: it is empty. Borrowed. */
struct heap_node *heap_first(const struct heap *heap);

#endif
