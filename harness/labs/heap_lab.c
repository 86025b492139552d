/* heap_lab: plays on lib/heap. Each line of its input is a step:
 *
 *   add KEY       adds a node with this key; the first one has number 0
 *   remove I      takes out node I, which must be in it
 *   first         prints the number of the first one, or "none"
 *   take          the same, and takes it out
 *
 * Of equal keys the later one comes first, so that it is seen that it is asked. For
 * harness/tests/test_lib_heap.py. */
#include "lib/heap.h"
#include "lib/memory.h"
#include "lib/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct numbered {
    size_t number;
    struct heap_node node;
};

struct lab {
    struct heap heap;
    struct numbered **all; /* each in memory of its own, freed when it is taken out */
    size_t count;
};

static bool later_first(const struct heap_node *a, const struct heap_node *b)
{
    return container_of(a, struct numbered, node)->number >
           container_of(b, struct numbered, node)->number;
}

static void lab_add(struct lab *lab, int64_t key)
{
    struct numbered *one = xmalloc(sizeof *one);

    lab->all = xrealloc(lab->all, (lab->count + 1) * sizeof(struct numbered *));
    lab->all[lab->count] = one;
    one->number = lab->count++;
    heap_add(&lab->heap, &one->node, key);
}

static int lab_remove(struct lab *lab, size_t number)
{
    if (number >= lab->count || lab->all[number] == NULL)
        return -1;
    heap_remove(&lab->heap, &lab->all[number]->node);
    free(lab->all[number]);
    lab->all[number] = NULL;
    return 0;
}

static int lab_first(struct lab *lab, bool take)
{
    struct heap_node *first = heap_first(&lab->heap);

    if (first == NULL) {
        puts("none");
        return 0;
    }
    size_t number = container_of(first, struct numbered, node)->number;

    printf("%zu\n", number);
    return take ? lab_remove(lab, number) : 0;
}

static int lab_step(struct lab *lab, const char *step)
{
    int64_t number;

    if (sscanf(step, "add %" SCNd64, &number) == 1)
        lab_add(lab, number);
    else if (sscanf(step, "remove %" SCNd64, &number) == 1)
        return lab_remove(lab, (size_t)number);
    else if (strcmp(step, "first") == 0 || strcmp(step, "take") == 0)
        return lab_first(lab, step[0] == 't');
    else
        return -1;
    return 0;
}

int main(void)
{
    struct lab lab = {0};
    char *line = NULL;
    size_t capacity = 0;
    int status = 0;

    program_init();
    heap_init(&lab.heap, later_first);
    while (status == 0 && getline(&line, &capacity, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        status = lab_step(&lab, line);
    }
    free(line);
    heap_deinit(&lab.heap);
    for (size_t i = 0; i < lab.count; i++)
        free(lab.all[i]);
    free(lab.all);
    return status == 0 ? PROGRAM_OK : program_usage("heap_lab < STEPS", NULL);
}
