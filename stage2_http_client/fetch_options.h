/* fetch_options: the command line of fetch_sites. Given, finished. */
#ifndef STAGE2_FETCH_OPTIONS_H
#define STAGE2_FETCH_OPTIONS_H

#include "stage2_http_client/http_client.h"

/* What the command line asks for. The strings are main()'s, or the program's own. */
struct fetch_options {
    const char *dir; /* where the pages go: . */
    struct http_client_options client;
    char **urls; /* free() the array */
    size_t count;
    const char *advice; /* what to say when none could be fetched; or NULL */
};

/* Reads the command line. Without a URL: the four sites of the outside world (SITES_URL
 * in the environment says where it is), or with --internet four real ones. 0; or, having
 * said why on stderr, the program's exit code. --help exits with 0. */
int fetch_options_read(struct fetch_options *options, int argc, char **argv);

#endif
