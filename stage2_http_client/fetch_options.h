/* fetch_options: the command line of fetch_sites. Given, finished. */
#ifndef STAGE2_FETCH_OPTIONS_H
#define STAGE2_FETCH_OPTIONS_H

#include <stddef.h>

/* What the command line asks for. The strings are main()'s, or the program's own. */
struct fetch_options {
    const char *dir;      /* where the pages go: . */
    size_t max_in_flight; /* 0: the client's default */
    const char *ca_file;  /* NULL: the system's authorities */
    char **urls;          /* free() the array */
    size_t count;
};

/* Reads the command line. Without a URL: the four sites of the outside world (SITES_URL in the
 * environment says where it is), or with --internet four real ones.
 * 0; or, having said why on stderr, the program's exit code. --help exits with 0. */
int fetch_options_read(struct fetch_options *options, int argc, char **argv);

#endif
