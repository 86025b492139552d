/* call_table: given, finished. A hash table; since ids are given one after the other, an
 * id's last bits are all the hash it needs. */
#include "stage4_background_tasks/call_table.h"

#include "lib/memory.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 64 };

void call_table_init(struct call_table *table)
{
    *table = (struct call_table){.bucket_count = FIRST_BUCKETS};
    table->buckets = xcalloc(table->bucket_count, sizeof(struct call_record *));
    list_init(&table->records);
    list_init(&table->over);
}

void call_table_deinit(struct call_table *table)
{
    struct list *first;

    while ((first = list_first(&table->records)) != NULL)
        call_table_remove(table, container_of(first, struct call_record, link));
    free(table->buckets);
    table->buckets = NULL;
}

static bool is_over(enum call_state state)
{
    return state == CALL_DONE || state == CALL_FAILED || state == CALL_UNSURE;
}

/* Where the pointer to the record of that id is, or would be. */
static struct call_record **table_place(const struct call_table *table, int64_t id)
{
    struct call_record **place =
        &table->buckets[(uint64_t)id & (table->bucket_count - 1)];

    while (*place != NULL && (*place)->call.id != id)
        place = &(*place)->next;
    return place;
}

/* Twice as many buckets, and all the records into them. */
static void table_grow(struct call_table *table)
{
    free(table->buckets);
    table->bucket_count *= 2;
    table->buckets = xcalloc(table->bucket_count, sizeof(struct call_record *));
    for (struct list *link = table->records.next; link != &table->records;
         link = link->next) {
        struct call_record *record = container_of(link, struct call_record, link);

        record->next = NULL;
        *table_place(table, record->call.id) = record;
    }
}

struct call_record *call_table_add(struct call_table *table, const struct call *call)
{
    struct call_record *record = xmalloc(sizeof *record);

    if (table->count == table->bucket_count)
        table_grow(table);
    record->call = *call;
    table->in_state[call->state]++;
    *table_place(table, call->id) = record;
    list_append(&table->records, &record->link);
    table->count++;
    if (is_over(call->state)) {
        table->over_count++;
        list_append(&table->over, &record->ended);
    } else {
        table->open_count++;
    }
    return record;
}

struct call_record *call_table_find(const struct call_table *table, int64_t id)
{
    struct call_record *record = *table_place(table, id);

    return record != NULL && !record->is_forgotten ? record : NULL;
}

/* Over no more; or no more of those that count as over. */
static void table_reopen(struct call_table *table, struct call_record *record)
{
    table->over_count--;
    list_remove(&record->ended);
}

void call_table_set_state(struct call_table *table, struct call_record *record,
                          enum call_state state)
{
    if (is_over(record->call.state))
        table_reopen(table, record);
    else
        table->open_count--;
    table->in_state[record->call.state]--;
    table->in_state[state]++;
    record->call.state = state;
    if (is_over(state)) {
        table->over_count++;
        list_append(&table->over, &record->ended);
    } else {
        table->open_count++;
    }
}

struct call_record *call_table_forget_over(struct call_table *table, size_t max)
{
    if (table->over_count <= max)
        return NULL;
    struct call_record *record =
        container_of(list_first(&table->over), struct call_record, ended);

    table_reopen(table, record);
    record->is_forgotten = true;
    return record;
}

void call_table_remove(struct call_table *table, struct call_record *record)
{
    table->in_state[record->call.state]--;
    if (!is_over(record->call.state))
        table->open_count--;
    else if (!record->is_forgotten)
        table_reopen(table, record);
    *table_place(table, record->call.id) = record->next;
    list_remove(&record->link);
    table->count--;
    free(record);
}

static int call_compare(const void *a, const void *b)
{
    const struct call *left = *(const struct call *const *)a;
    const struct call *right = *(const struct call *const *)b;

    if (left->at_ms != right->at_ms)
        return left->at_ms < right->at_ms ? -1 : 1;
    return (left->id > right->id) - (left->id < right->id);
}

static int call_compare_back(const void *a, const void *b)
{
    return call_compare(b, a);
}

/* The first ones of many. To have all in order would take long, and nobody looks at a
 * hundred thousand: so they are put in order only when there are twice as many as are
 * wanted, and the second half is dropped. */
struct choice {
    const struct call **calls; /* room for 2 * max */
    size_t count, max;
    bool is_cut;
    int (*compare)(const void *a, const void *b);
};

static void choice_cut(struct choice *choice)
{
    qsort(choice->calls, choice->count, sizeof *choice->calls, choice->compare);
    if (choice->count > choice->max)
        choice->count = choice->max;
}

/* After the first cut the last one of the first half is known: what comes behind it is
 * not wanted. */
static void choice_add(struct choice *choice, const struct call *call)
{
    if (choice->count >= choice->max && choice->is_cut &&
        choice->compare(&call, &choice->calls[choice->max - 1]) > 0)
        return;
    choice->calls[choice->count++] = call;
    if (choice->count == 2 * choice->max) {
        choice_cut(choice);
        choice->is_cut = true;
    }
}

/* Tells of those that are wanted, in order; frees the room. */
static void choice_tell(struct choice *choice, store_call_cb on_call, void *context)
{
    choice_cut(choice);
    for (size_t i = 0; i < choice->count; i++)
        on_call(context, choice->calls[i]);
    free(choice->calls);
}

void call_table_each(const struct call_table *table, size_t max, store_call_cb on_call,
                     void *context)
{
    size_t room = max < table->count ? max : table->count;
    struct choice first = {.max = room, .compare = call_compare};
    struct choice latest = {.max = room, .compare = call_compare_back};

    if (room == 0)
        return;
    first.calls = xcalloc(2 * room, sizeof *first.calls);
    latest.calls = xcalloc(2 * room, sizeof *latest.calls);
    for (struct list *link = table->records.next; link != &table->records;
         link = link->next) {
        struct call_record *record = container_of(link, struct call_record, link);

        if (!record->is_forgotten)
            choice_add(is_over(record->call.state) ? &latest : &first, &record->call);
    }
    choice_tell(&first, on_call, context);
    choice_tell(&latest, on_call, context);
}
