/* time_lab: asks lib/utc_time. Each line of its input is a question, its words separated
 * by tabs, and gets one line as its answer:
 *
 *   date DATE CLOCK   that time in ms since 1970, or "none"
 *   read TEXT         the same, of a text in RFC 3339
 *   write MS          that time in RFC 3339
 *   now               what time it is, in ms since 1970
 *
 * For harness/tests/test_lib_time.py. */
#include "lib/memory.h"
#include "lib/program.h"
#include "lib/utc_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `ms` is of no use when it was not found. */
static void print_time(bool found, const int64_t *ms)
{
    if (found)
        printf("%" PRId64 "\n", *ms);
    else
        puts("none");
}

static void print_text(int64_t ms)
{
    char *text = xmalloc(UTC_TEXT_SIZE); /* a byte behind it is seen */

    puts(utc_to_text(ms, text));
    free(text);
}

/* Each word in memory of its own, so that a byte read behind its end is seen; "": there
 * is none. */
static char *word_of(char **line)
{
    char *word = *line, *tab = strchr(word, '\t');

    if (tab != NULL)
        *tab = '\0';
    *line = tab != NULL ? tab + 1 : word + strlen(word);
    return xstrdup(word);
}

static int answer(char *line)
{
    char *what = word_of(&line), *first = word_of(&line), *second = word_of(&line);
    int64_t ms = 0;
    int status = 0;

    if (strcmp(what, "date") == 0)
        print_time(utc_from_date(first, second, &ms), &ms);
    else if (strcmp(what, "read") == 0)
        print_time(utc_from_text(first, &ms), &ms);
    else if (strcmp(what, "write") == 0)
        print_text(strtoll(first, NULL, 10));
    else if (strcmp(what, "now") == 0)
        printf("%" PRId64 "\n", utc_now_ms());
    else
        status = -1;
    free(what);
    free(first);
    free(second);
    return status;
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    int status = 0;

    program_init();
    while (status == 0 && getline(&line, &capacity, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        status = answer(line);
    }
    free(line);
    return status == 0 ? PROGRAM_OK : program_usage("time_lab < QUESTIONS", NULL);
}
