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
    /* TODO 4.8 (orange) Look at all three fields.
     * Beside each field that is wrong goes what is wrong with it:
     * form->problems[FORM_DATE] = no_date, and so on; beside the time goes too_late, when
     * the form names a time that is not after `now_ms`. Look at every field, also when
     * one before it is wrong. utc_from_date() knows all about dates and times, but takes
     * both at once: to ask about one alone, give it something right for the other.
     * form->at_ms is the time that both name. phone_is_valid() knows numbers. */
    (void)date, (void)clock, (void)number, (void)now_ms, (void)utc_from_date;
    (void)no_date, (void)no_time, (void)no_number, (void)too_late;
    for (int field = 0; field < FORM_FIELDS; field++)
        form->problems[field] = "TODO 4.8 is not written yet.";
    TODO("4.8");
    /* END 4.8 */
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
