/* call_form: is it right, what somebody has typed?
 *
 * A server believes nothing. The page says which form it wants, and a browser may help
 * with that; but whoever likes to can send anything, by any program. So everything is
 * looked at here.
 *
 * And it is looked at as a whole: who is told of one mistake after another gives up after
 * the second.
 *
 * Times are UTC. A server does not know where its user is; "12:00" alone would be another
 * time for each of them, and twice a year it does not exist at all.
 *
 * In the order of time: */
#include "stage4_background_tasks/call_form.h"

#include "lib/utc_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *typed(const struct call_form *form, enum form_field field);

static const char no_date[] = "There is no such date. Write it like 2026-11-20.";
static const char no_time[] = "There is no such time. Write it like 18:30, in UTC.";
static const char no_number[] =
    "Write it with a plus and the country's code, and nothing else: +15550100.";
static const char too_late[] = "This time has passed.";

bool call_form_check(struct call_form *form, int64_t now_ms)
{
    const char *date = typed(form, FORM_DATE);
    const char *clock = typed(form, FORM_TIME);
    const char *number = typed(form, FORM_NUMBER);

    for (int field = 0; field < FORM_FIELDS; field++)
        form->problems[field] = NULL;
    form->at_ms = 0;
    int64_t unused;

    if (!utc_from_date(date, "00:00", &unused))
        form->problems[FORM_DATE] = no_date;
    if (!utc_from_date("1970-01-01", clock, &unused))
        form->problems[FORM_TIME] = no_time;
    if (!phone_is_valid(number))
        form->problems[FORM_NUMBER] = no_number;
    if (utc_from_date(date, clock, &form->at_ms) && form->at_ms <= now_ms)
        form->problems[FORM_TIME] = too_late;
    for (int field = 0; field < FORM_FIELDS; field++)
        if (form->problems[field] != NULL)
            return false;
    return true;
}

/* What stands in a field; "" when there is none. */
static const char *typed(const struct call_form *form, enum form_field field)
{
    return form->typed[field] != NULL ? form->typed[field] : "";
}

const char *form_field_name(enum form_field field)
{
    static const char *const names[] = {"date", "time", "number"};

    return names[field];
}
