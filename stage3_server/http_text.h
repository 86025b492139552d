/* http_text: pieces of an answer's head. */
#ifndef STAGE3_HTTP_TEXT_H
#define STAGE3_HTTP_TEXT_H

#include "lib/buffer.h"

#include <stdbool.h>

/* What a status is called (RFC 9110, section 15): "Not Found"; "Unknown" when it has no
 * name. Borrowed: valid as long as the program runs. */
const char *http_status_text(int status);

/* These append to `buffer`: a string; a number in decimal digits; "name: value" with the
 * end of the line, or nothing when `value` is NULL. Nothing, too, when it would be longer
 * than its maximum. They are called for every answer, and cost less than printf(). */
static inline void append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void append_number(struct buffer *buffer, size_t number);

/* Inline, since mostly the name is known when it is compiled. */
static inline void append_header(struct buffer *buffer, const char *name,
                                 const char *value)
{
    if (value == NULL)
        return;
    size_t name_length = strlen(name), value_length = strlen(value);
    char *to = buffer_extend(buffer, name_length + 2 + value_length + 2);

    if (to == NULL)
        return;
    memcpy(to, name, name_length);
    memcpy(to + name_length, ": ", 2);
    memcpy(to + name_length + 2, value, value_length);
    memcpy(to + name_length + 2 + value_length, "\r\n", 2);
}

/* Appends an item to a list such as "GET, HEAD", unless it is there. */
void append_to_list(struct buffer *list, const char *item);

/* Whether a list such as "keep-alive, Upgrade" has that item, in whatever case. */
bool is_in_list(const char *list, const char *item);

#endif
