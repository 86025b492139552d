/* call_command: one command to the telephone network (Call Control API v2).
 *
 * A command may get lost, and so may the answer to it. So each has a command id, a UUID
 * of its own: when it is sent again it has the same one, and the network does it once.
 * That is what makes a POST safe to repeat: on an answer 5xx, on 429, on a connection
 * that broke or a time that ran out. Any other answer 4xx will be the same the next
 * time. */
#ifndef STAGE4_CALL_COMMAND_H
#define STAGE4_CALL_COMMAND_H

#include "lib/pause.h"
#include "lib/uuid.h"
#include "stage2_http_client/http_retry.h"

#include <jansson.h>

struct call_command;

/* To whom the commands go, and how. The strings are borrowed. */
struct call_api {
    struct http_client *client;
    const char *url;                 /* the API's base URL, without a slash at the end */
    const char *key;                 /* the secret of the Authorization header */
    uint64_t timeout_ms;             /* for each try */
    struct http_retry_policy policy; /* how often, and how long between; all of it in less
                                        than the 60 s for which an id is known */
};

/* How a command has ended. The strings are valid until call_command_cb returns. */
struct call_result {
    int error;           /* 0: it was done; or a negative UV_E*: UV_EPROTO, refused, or no
                        answer of this API; UV_ECANCELED; as struct http_response */
    int status;          /* of the last answer; 0: there was none */
    unsigned tries;      /* begun */
    const char *code;    /* the network's, "90018"; "": it gave none */
    const char *problem; /* in words of our own, for the log; "": it was done */
    bool unsure;         /* it was sent, and nobody knows whether it was done */
    const json_t *data;  /* what it answered; NULL: it was not done */
};

/* Exactly once for each call_command_start() that returned 0, from the loop. From its
 * return on the command's memory is free for other use. */
typedef void (*call_command_cb)(struct call_command *command,
                                const struct call_result *result);

/* One command under way: the caller's memory. Leave it alone. */
struct call_command {
    const struct call_api *api;
    struct http_retry_policy policy;
    char *url;
    char *body; /* with the command id in it */
    char *authorization;
    const char *headers[4];
    struct http_call call;
    struct pause pause; /* between two tries */
    int64_t give_up_ms;
    unsigned tries; /* begun */
    bool unsure;    /* one of them may have been obeyed */
    bool cancelled;
    call_command_cb on_done;
};

/* Sends a command: POST `path` ("/v2/calls") with the members of `body` (taken) and with
 * `command_id` (copied; NULL: a new one). No try begins that could end after `give_up_ms`
 * (ms since 1970, UTC; 0: whenever): the network may have forgotten the id by then.
 * Borrows `command` and `api` until `on_done`. Returns 0, and `on_done` comes exactly
 * once; or a negative UV_E*, and it never does, and nothing was sent: UV_ETIMEDOUT, it is
 * too late; as http_start(). */
int call_command_start(struct call_command *command, const struct call_api *api,
                       const char *path, json_t *body, const char *command_id,
                       int64_t give_up_ms, call_command_cb on_done);

/* Asks it to end, in a try or between two. `on_done` still comes, later, with
 * UV_ECANCELED. Does nothing on one that has ended, or on zeroed memory. */
void call_command_cancel(struct call_command *command);

#endif
