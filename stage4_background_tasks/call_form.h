/* call_form: who is to be telephoned, and when: what somebody has typed, looked at.
 *
 * Nothing is repaired. Who mistypes his number would have a stranger called. */
#ifndef STAGE4_CALL_FORM_H
#define STAGE4_CALL_FORM_H

#include "lib/phone.h"

#include <stdbool.h>
#include <stdint.h>

/* What is in the form. */
enum form_field {
    FORM_DATE,   /* "2026-11-20" */
    FORM_TIME,   /* "12:00", or "12:00:30": UTC */
    FORM_NUMBER, /* "+15550100" */
    FORM_FIELDS
};

/* A form: the caller's memory. Fill in `typed`, read the rest when it was checked. The
 * texts that stand in `typed` are borrowed as long as the form is used. */
struct call_form {
    const char *typed[FORM_FIELDS];    /* NULL: there is no such field */
    const char *problems[FORM_FIELDS]; /* what is wrong with it, in a sentence for the one
                                          who has typed it; NULL: nothing */
    int64_t at_ms; /* when it is right: the time, in ms since 1970, UTC */
};

/* Looks at the form. `now_ms` is the time, in ms since 1970. True: it is right, `at_ms`
 * is set. False: `problems` says of each field that is wrong what it is, of all at once.
 */
bool call_form_check(struct call_form *form, int64_t now_ms);

/* A field's name, "date". Borrowed. */
const char *form_field_name(enum form_field field);

#endif
