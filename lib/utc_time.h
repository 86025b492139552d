/* utc_time: points in time, in ms since 1970, and their texts: always UTC. */
#ifndef LIB_UTC_TIME_H
#define LIB_UTC_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum { UTC_TEXT_SIZE = sizeof "2026-11-20T12:00:00Z" }; /* bytes */

/* What time it is: ms since 1970. */
int64_t utc_now_ms(void);

/* The time that `date` ("2026-11-20") and `clock` ("12:00" or "12:00:00") name. False
 * when there is no such date (2026-02-30) or no such time, or it is written in another
 * way; `*ms` is then of no use. Years from 1970 to 9999; no leap seconds. */
bool utc_from_date(const char *date, const char *clock, int64_t *ms);

/* The time that `text` names in RFC 3339, in UTC: "2026-11-20T12:00:00Z" (the fraction
 * of a second that may follow the seconds is dropped). As utc_from_date(). */
bool utc_from_text(const char *text, int64_t *ms);

/* "2026-11-20T12:00:00Z" (RFC 3339), the beginning of that second; of the years 1 to
 * 9999: a time outside is shown as the nearest one inside. `text` has UTC_TEXT_SIZE
 * bytes. Returns `text`. */
const char *utc_to_text(int64_t ms, char *text);

#endif
