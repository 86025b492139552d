/* http_text: pieces of an answer's head. */
#ifndef STAGE3_HTTP_TEXT_H
#define STAGE3_HTTP_TEXT_H

#include "lib/buffer.h"

/* What a status is called (RFC 9110, section 15): "Not Found"; "Unknown" when it has no
 * name. Borrowed: valid as long as the program runs. */
const char *http_status_text(int status);

/* These append to `buffer`: a string; a number in decimal digits; "name: value" with the
 * end of the line. Nothing, when it would be longer than its maximum. They are called for
 * every answer, and cost less than printf(). */
static inline void append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void append_number(struct buffer *buffer, size_t number);

/* Inline, since mostly the name is known when it is compiled. */
static inline void append_header(struct buffer *buffer, const char *name,
                                 const char *value)
{
    size_t name_length = strlen(name), value_length = strlen(value);
    char *to = buffer_extend(buffer, name_length + 2 + value_length + 2);

    if (to == NULL)
        return;
    memcpy(to, name, name_length);
    memcpy(to + name_length, ": ", 2);
    memcpy(to + name_length + 2, value, value_length);
    memcpy(to + name_length + 2 + value_length, "\r\n", 2);
}

#endif
