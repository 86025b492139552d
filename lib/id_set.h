/* id_set: which ids were seen, of the newest so many.
 *
 * For telling what was delivered twice. When it is full, the one that was added first is
 * forgotten for each new one: its memory has a maximum, however long the program runs. */
#ifndef LIB_ID_SET_H
#define LIB_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's memory. Read `count`; leave the rest alone. */
struct id_set {
    size_t count;
    size_t max;
    struct id_set_entry **buckets;
    size_t bucket_count;
    uint32_t base, factor; /* of the hash, drawn at random */
    struct id_set_entry *oldest, *newest;
};

/* Makes an empty set of at most `max` ids (1 or more). */
void id_set_init(struct id_set *set, size_t max);
void id_set_deinit(struct id_set *set);

/* Whether `id` is in it. */
bool id_set_has(const struct id_set *set, const char *id);

/* Adds `id` (copied). False: it was in it already. */
bool id_set_add(struct id_set *set, const char *id);

/* Takes `id` out again; does nothing when it is not in it. */
void id_set_remove(struct id_set *set, const char *id);

#endif
