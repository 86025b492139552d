#include "lib/utc_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FIRST_YEAR = 1970, SECONDS_A_DAY = 24 * 60 * 60 };

/* The seconds at which the years 1 to 9999 begin and end. */
static const int64_t earliest = -62135596800, latest = 253402300799;

int64_t utc_now_ms(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether `text` is as `pattern`, in which a 0 is any digit, for the pattern's length. */
static bool is_like(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        bool fits = *pattern == '0' ? *text >= '0' && *text <= '9' : *text == *pattern;

        if (!fits)
            return false;
    }
    return true;
}

/* The number that the first `digits` characters of `text` are. */
static int number_at(const char *text, int digits)
{
    int number = 0;

    while (digits-- > 0)
        number = number * 10 + (*text++ - '0');
    return number;
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Reads "2026-11-20" at the beginning of `text`: the days since 1970. False: there is no
 * such date. */
static bool read_date(const char *text, int64_t *days)
{
    if (!is_like(text, "0000-00-00"))
        return false;
    int year = number_at(text, 4), month = number_at(text + 5, 2);
    int day = number_at(text + 8, 2), before = year - 1;

    if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return false;
    /* The years before it, with their leap days since year 1, less those before 1970. */
    *days = before * 365LL + before / 4 - before / 100 + before / 400 - 719162;
    for (int earlier = 1; earlier < month; earlier++)
        *days += days_in_month(year, earlier);
    *days += day - 1;
    return true;
}

/* Reads "12:00" or "12:00:00" at the beginning of `text`: the seconds since midnight.
 * Returns what follows; NULL: there is no such time. */
static const char *read_clock(const char *text, int64_t *seconds)
{
    if (!is_like(text, "00:00"))
        return NULL;
    int hour = number_at(text, 2), minute = number_at(text + 3, 2), second = 0;

    text += 5;
    if (is_like(text, ":00")) {
        second = number_at(text + 1, 2);
        text += 3;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return NULL;
    *seconds = (hour * 60 + minute) * 60 + second;
    return text;
}

bool utc_from_date(const char *date, const char *clock, int64_t *ms)
{
    int64_t days, seconds;

    if (!read_date(date, &days) || date[10] != '\0')
        return false;
    const char *end = read_clock(clock, &seconds);

    if (end == NULL || *end != '\0')
        return false;
    *ms = (days * SECONDS_A_DAY + seconds) * 1000;
    return true;
}

bool utc_from_text(const char *text, int64_t *ms)
{
    int64_t days, seconds;

    if (!read_date(text, &days) || text[10] != 'T' || !is_like(text + 11, "00:00:00"))
        return false;
    const char *end = read_clock(text + 11, &seconds);

    if (end != NULL && is_like(end, ".0"))
        end += 1 + strspn(end + 1, "0123456789");
    if (end == NULL || strcmp(end, "Z") != 0)
        return false;
    *ms = (days * SECONDS_A_DAY + seconds) * 1000;
    return true;
}

const char *utc_to_text(int64_t ms, char *text)
{
    int64_t second = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
    time_t shown = second < earliest ? earliest : second > latest ? latest : second;
    struct tm parts;
    char room[128]; /* more than enough for six numbers of any size */

    gmtime_r(&shown, &parts);
    snprintf(room, sizeof room, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    snprintf(text, UTC_TEXT_SIZE, "%.*s", UTC_TEXT_SIZE - 1, room);
    return text;
}
