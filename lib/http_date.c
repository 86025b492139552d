#include "lib/http_date.h"

#include <stdio.h>

/* Not strftime(): it speaks the language of the locale. */
static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

enum { TEXT_ROOM = 128 }; /* more than enough for seven numbers of any size */

const char *http_date_at(struct http_date *date, time_t now)
{
    char text[TEXT_ROOM];
    struct tm tm;

    if (date->second == now && date->text[0] != '\0')
        return date->text;
    if (gmtime_r(&now, &tm) == NULL || tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
        return NULL;
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
             tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
             tm.tm_sec);
    snprintf(date->text, sizeof date->text, "%.*s", HTTP_DATE_LENGTH, text);
    date->second = now;
    return date->text;
}
