/* dial_options: the command line of dial_now, and what it takes from the environment.
 * Given, finished. */
#ifndef STAGE4_DIAL_OPTIONS_H
#define STAGE4_DIAL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed from the command line and the environment. */
struct dial_options {
    const char *api;        /* --api, TELEPHONY_URL: without a slash at the end */
    const char *key;        /* TELNYX_API_KEY, --key */
    const char *connection; /* TELNYX_CONNECTION_ID, --connection */
    const char *from;       /* SRC_NUMBER, --from */
    const char *webhook;    /* --webhook; NULL: where dial_now listens */
    unsigned port;          /* --port */
    uint64_t joke_ms;       /* --timeout */
    uint64_t pause_ms;      /* --pause */
    unsigned retries;       /* --retries */
    size_t max_running;     /* --running; 0: the background's own */
    size_t max_queued;      /* --queued; 0: the background's own */
    bool stay;              /* --stay */
    char **numbers;         /* to dial, each in E.164 */
    size_t count;
};

/* Reads the command line; -h prints the help, and exits. Returns 0; or the program's exit
 * status, and says why on stderr. */
int dial_options_read(struct dial_options *options, int argc, char **argv);

#endif
