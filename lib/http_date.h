/* http_date: the time as HTTP writes it, "Sat, 21 Nov 2026 14:15:45 GMT" (RFC 9110,
 * 5.6.7), in English and in GMT whatever the locale and the time zone are.
 *
 * A server says it in every answer, thousands of times within the same second: so the
 * text is kept until the second is another. */
#ifndef LIB_HTTP_DATE_H
#define LIB_HTTP_DATE_H

#include <time.h>

enum { HTTP_DATE_LENGTH = 29 }; /* characters, always */

/* The caller's memory, zeroed at first. Not for two threads at once. */
struct http_date {
    time_t second;                   /* the time that `text` says */
    char text[HTTP_DATE_LENGTH + 1]; /* empty: none yet */
};

/* The text for `now`, in seconds since 1970 as time(NULL) has them. Borrowed: valid until
 * the next call. NULL when its year is not one from 1 to 9999, for which there is no such
 * text: a clock that is so wrong says no date at all. */
const char *http_date_at(struct http_date *date, time_t now);

#endif
