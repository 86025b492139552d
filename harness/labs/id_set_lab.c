/* id_set_lab: plays with an id_set of at most MAX ids. Each line of its input is a
 * question, and gets one line as its answer:
 *
 *   add ID     "new", or "known"
 *   has ID     "yes" or "no"
 *   remove ID  "ok"
 *   count      how many there are
 *
 * For harness/tests/test_lib_ids.py. */
#include "lib/id_set.h"
#include "lib/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns -1 when this is no question. */
static int ask(struct id_set *set, const char *what, const char *id)
{
    if (strcmp(what, "count") == 0)
        printf("%zu\n", set->count);
    else if (id == NULL)
        return -1;
    else if (strcmp(what, "add") == 0)
        puts(id_set_add(set, id) ? "new" : "known");
    else if (strcmp(what, "has") == 0)
        puts(id_set_has(set, id) ? "yes" : "no");
    else if (strcmp(what, "remove") == 0)
        id_set_remove(set, id), puts("ok");
    else
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    static const char usage[] = "id_set_lab MAX < QUESTIONS";
    unsigned long long max;
    struct id_set set;
    char *line = NULL;
    size_t size = 0;
    int status = 0;

    program_init();
    if (argc != 2 || !parse_whole(argv[1], 1, 1000000, &max))
        return program_usage(usage, NULL);
    id_set_init(&set, (size_t)max);
    while (status == 0 && getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *id = strchr(line, ' ');
        if (id != NULL)
            *id++ = '\0';
        status = ask(&set, line, id);
    }
    free(line);
    id_set_deinit(&set);
    return status == 0 ? PROGRAM_OK : program_usage(usage, NULL);
}
