/* id_set: a hash table for the question, and a list in order of arrival for forgetting.
 *
 * The ids come from strangers. Who knew the hash could choose ids that all fall into one
 * bucket, and make each question a walk through all of them; so it has two numbers in it
 * that are drawn at random for each set (a polynomial over a prime field, then a linear
 * function: two ids that differ meet by chance only, whoever has chosen them). */
#include "lib/id_set.h"

#include "lib/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PRIME = 2147483647 }; /* 2^31 - 1: a product of two smaller ones fits 64 bits */

struct id_set_entry {
    struct id_set_entry *next;  /* in the bucket */
    struct id_set_entry *newer; /* the one that was added after it */
    struct id_set_entry *older;
    char id[];
};

/* Two numbers from 1 to PRIME - 1. Without random bytes the time has to do. */
static void draw(uint32_t *base, uint32_t *factor)
{
    uint32_t bits[2];

    if (uv_random(NULL, NULL, bits, sizeof bits, 0, NULL) != 0) {
        bits[0] = (uint32_t)uv_hrtime();
        bits[1] = (uint32_t)(uv_hrtime() >> 7);
    }
    *base = 1 + bits[0] % (PRIME - 1);
    *factor = 1 + bits[1] % (PRIME - 1);
}

void id_set_init(struct id_set *set, size_t max)
{
    *set = (struct id_set){
        .max = max,
        .bucket_count = max,
        .buckets = xcalloc(max, sizeof set->buckets[0]),
    };
    draw(&set->base, &set->factor);
}

void id_set_deinit(struct id_set *set)
{
    struct id_set_entry *newer;

    for (struct id_set_entry *entry = set->oldest; entry != NULL; entry = newer) {
        newer = entry->newer;
        free(entry);
    }
    free(set->buckets);
    *set = (struct id_set){0};
}

/* Where the bucket of `id` begins. */
static struct id_set_entry **bucket_of(const struct id_set *set, const char *id)
{
    uint64_t hash = 0;

    for (; *id != '\0'; id++)
        hash = (hash * set->base + (unsigned char)*id) % PRIME;
    hash = hash * set->factor % PRIME;
    return &set->buckets[hash % set->bucket_count];
}

/* The link to the entry of `id` in its bucket; the one to NULL when there is none. */
static struct id_set_entry **find(const struct id_set *set, const char *id)
{
    struct id_set_entry **link = bucket_of(set, id);

    while (*link != NULL && strcmp((*link)->id, id) != 0)
        link = &(*link)->next;
    return link;
}

bool id_set_has(const struct id_set *set, const char *id)
{
    return *find(set, id) != NULL;
}

bool id_set_add(struct id_set *set, const char *id)
{
    size_t size = strlen(id) + 1;

    if (id_set_has(set, id))
        return false;
    if (set->count == set->max)
        id_set_remove(set, set->oldest->id);
    struct id_set_entry **link = find(set, id);
    struct id_set_entry *entry = *link = xmalloc(sizeof *entry + size);
    memcpy(entry->id, id, size);
    entry->older = set->newest;
    if (set->newest != NULL)
        set->newest->newer = entry;
    else
        set->oldest = entry;
    set->newest = entry;
    set->count++;
    return true;
}

void id_set_remove(struct id_set *set, const char *id)
{
    struct id_set_entry **link = find(set, id), *entry = *link;

    if (entry == NULL)
        return;
    *link = entry->next;
    if (entry->older != NULL)
        entry->older->newer = entry->newer;
    else
        set->oldest = entry->newer;
    if (entry->newer != NULL)
        entry->newer->older = entry->older;
    else
        set->newest = entry->older;
    set->count--;
    free(entry);
}
