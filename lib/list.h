/* list: a doubly linked list whose links are members of what is listed.
 *
 * Nothing is allocated, and whoever knows a member can take it out at once. Find the
 * struct around a link with container_of(). A link must be in at most one list. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A link of a member; and, as the head, a list: a ring that begins and ends with it. */
struct list {
    struct list *next;
    struct list *previous;
};

/* Makes `head` an empty list. */
static inline void list_init(struct list *head)
{
    head->next = head->previous = head;
}

/* Whether nothing is in the list. */
static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

/* The first link of the list, the one that was appended before all others; NULL when it
 * is empty. */
static inline struct list *list_first(const struct list *head)
{
    return list_is_empty(head) ? NULL : head->next;
}

/* The last link of the list, the one that was appended after all others; NULL when it is
 * empty. */
static inline struct list *list_last(const struct list *head)
{
    return list_is_empty(head) ? NULL : head->previous;
}

/* Puts `link` (borrowed until it is removed) at the end of the list. */
static inline void list_append(struct list *head, struct list *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

/* Takes `link` out of the list that it is in. */
static inline void list_remove(struct list *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    link->next = link->previous = NULL;
}

#endif
