/* form_lab: looks at a form as dial_a_joke does. Given, finished.
 *
 *     $ form_lab 2026-11-20T12:00:00Z date=2026-11-20 time=12:30 number=+15550100
 *     right: 2026-11-20T12:30:00Z
 *
 * The first argument is the time that it is. A field that is not given is not there. */
#include "lib/program.h"
#include "lib/utc_time.h"
#include "stage4_background_tasks/call_form.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "form_lab NOW [date=DATE] [time=TIME] [number=NUMBER]";

/* Puts "name=value" into its field. False: there is no such field. */
static bool form_read(struct call_form *form, const char *argument)
{
    for (int field = 0; field < FORM_FIELDS; field++) {
        const char *name = form_field_name(field);
        size_t length = strlen(name);

        if (strncmp(argument, name, length) == 0 && argument[length] == '=') {
            form->typed[field] = argument + length + 1;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct call_form form = {.at_ms = 0};
    char text[UTC_TEXT_SIZE];
    int64_t now_ms;

    program_init();
    if (argc < 2 || !utc_from_text(argv[1], &now_ms))
        return program_usage(usage, "what time is it?");
    for (int i = 2; i < argc; i++)
        if (!form_read(&form, argv[i]))
            return program_usage(usage, "what is this: %s", argv[i]);
    if (call_form_check(&form, now_ms)) {
        printf("right: %s\n", utc_to_text(form.at_ms, text));
        return PROGRAM_OK;
    }
    for (int field = 0; field < FORM_FIELDS; field++)
        if (form.problems[field] != NULL)
            printf("%s: %s\n", form_field_name(field), form.problems[field]);
    return PROGRAM_FAILED;
}
