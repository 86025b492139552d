/* The children of place i are 4i + 1 to 4i + 4. None comes before its parent. */
#include "lib/heap.h"

#include "lib/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { CHILDREN = 4, FIRST_CAPACITY = 16 };

void heap_init(struct heap *heap, heap_before_cb before)
{
    *heap = (struct heap){.before = before};
}

void heap_deinit(struct heap *heap)
{
    free(heap->places);
    *heap = (struct heap){.before = heap->before};
}

static bool comes_before(const struct heap *heap, struct heap_place a,
                         struct heap_place b)
{
    if (a.key != b.key)
        return a.key < b.key;
    return heap->before != NULL && heap->before(a.node, b.node);
}

static void put(struct heap *heap, size_t index, struct heap_place place)
{
    heap->places[index] = place;
    place.node->index = index;
}

/* Place `index` is free: puts `place` there, or above it, and what it goes past a step
 * down. */
static void put_upwards(struct heap *heap, size_t index, struct heap_place place)
{
    while (index > 0) {
        size_t parent = (index - 1) / CHILDREN;

        if (!comes_before(heap, place, heap->places[parent]))
            break;
        put(heap, index, heap->places[parent]);
        index = parent;
    }
    put(heap, index, place);
}

/* The child of `index` before which none of its other children comes; heap->count or
 * more: it has none. */
static size_t first_child(const struct heap *heap, size_t index)
{
    size_t first = index * CHILDREN + 1, end = first + CHILDREN;

    if (end > heap->count)
        end = heap->count;
    for (size_t child = first + 1; child < end; child++)
        if (comes_before(heap, heap->places[child], heap->places[first]))
            first = child;
    return first;
}

/* Place `index` is free: puts `place` there, or below it, and what it goes past a step
 * up. */
static void put_downwards(struct heap *heap, size_t index, struct heap_place place)
{
    size_t child;

    while ((child = first_child(heap, index)) < heap->count) {
        if (!comes_before(heap, heap->places[child], place))
            break;
        put(heap, index, heap->places[child]);
        index = child;
    }
    put(heap, index, place);
}

void heap_add(struct heap *heap, struct heap_node *node, int64_t key)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity > 0 ? heap->capacity * 2 : FIRST_CAPACITY;
        heap->places = xrealloc(heap->places, heap->capacity * sizeof(struct heap_place));
    }
    heap->count++;
    put_upwards(heap, heap->count - 1, (struct heap_place){.key = key, .node = node});
}

/* The last one takes its place, and goes on to where it belongs. */
void heap_remove(struct heap *heap, struct heap_node *node)
{
    size_t index = node->index;

    assert(index < heap->count && heap->places[index].node == node &&
           "heap_remove: it is not in this heap");
    struct heap_place last = heap->places[--heap->count];

    if (index == heap->count)
        return;
    if (index > 0 && comes_before(heap, last, heap->places[(index - 1) / CHILDREN]))
        put_upwards(heap, index, last);
    else
        put_downwards(heap, index, last);
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count > 0 ? heap->places[0].node : NULL;
}
