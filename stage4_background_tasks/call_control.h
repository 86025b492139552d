/* call_control: dials, and does what is to be done as a call goes on.
 *
 *     we: dial ................ call.initiated, call.answered
 *     we: fetch a joke, wait half a second, speak .. call.speak.started, call.speak.ended
 *     we: hang up ............. call.hangup
 *
 * Each event comes by webhook; it may come twice, late, or before one that happened
 * earlier. What is done for it runs in the background, as a task. */
#ifndef STAGE4_CALL_CONTROL_H
#define STAGE4_CALL_CONTROL_H

#include "lib/id_set.h"
#include "lib/list.h"
#include "stage4_background_tasks/background.h"
#include "stage4_background_tasks/call_command.h"
#include "stage4_background_tasks/call_event.h"
#include "stage4_background_tasks/call_store.h"

struct call_control;

enum {
    CALL_PAUSE_MS = 500,        /* between the joke's arrival and the speaking */
    CALL_EVENTS_KNOWN = 100000, /* so many event ids are remembered */
    CALLS_OVER_KNOWN = 100000,  /* so many calls that are over */
    CALL_JOKE_MAX = 3000,       /* characters that can be spoken */
};

/* What has become of a call. `id` is our own (0: it is none of ours), and `command_id` is
 * that of the command that has dialled it ("": it is none of ours): of a call of that id
 * with another one nothing is said. `reason` (may be NULL) says why it has failed. From
 * the loop. Besides the states that the network tells:
 * - CALL_SCHEDULED: this program has not sent it to the network; it may be put back;
 * - CALL_UNSURE: it was sent, and nobody knows whether it is dialled;
 * - CALL_FAILED: it is known that it has; only CALL_DONE may still follow, when what says
 *   that the joke was told has come late. */
typedef void (*call_progress_cb)(struct call_control *control, int64_t id,
                                 const char *command_id, enum call_state state,
                                 const char *reason);

/* One line for the log, without anything personal; valid until it returns. */
typedef void (*call_log_cb)(struct call_control *control, const char *line);

/* How to call. The strings are borrowed. */
struct call_control_options {
    struct call_api api;
    const char *connection_id; /* the application at the provider's */
    const char *from;          /* our own number, E.164 */
    const char *webhook_url; /* NULL: the one that the provider has for the connection */
    struct http_client *jokes; /* for the service of jokes: one of its own, so that nobody
                                  who hangs up has to wait behind those who want a joke */
    uint64_t joke_timeout_ms;  /* for that service; then the joke is one of ours */
    uint64_t pause_ms;         /* 0: CALL_PAUSE_MS */
    struct background *dials; /* those that dial run in this one, so that who has answered
                                  need not wait behind them; NULL: in the same one */
    call_progress_cb on_progress;
    call_log_cb on_log; /* may be NULL */
};

/* The caller's memory. Leave it alone. */
struct call_control {
    struct background *background;
    struct call_control_options options;
    int64_t begun_ms;    /* claims from before are another program's */
    struct id_set seen;  /* ids of events */
    struct id_set over;  /* control ids of calls that were told a joke, or hung up */
    struct id_set mute;  /* control ids of calls to which the joke could not be told */
    struct list telling; /* struct job of call_job.h: those that tell a joke */
    struct list dials;   /* those of call_dial.c that run */
};

/* Makes one. Borrows `control`, `background` and what `options` point to until
 * call_control_deinit(), which is for when the background is drained. */
void call_control_init(struct call_control *control, struct background *background,
                       const struct call_control_options *options);
void call_control_deinit(struct call_control *control);

/* Dials `call`'s number, in the background; but not when it was claimed so long ago that
 * the network could have forgotten the command (CALL_SCHEDULER_SURE_MS). on_progress
 * tells CALL_RINGING when the network has taken it, or CALL_SCHEDULED, CALL_UNSURE or
 * CALL_FAILED, see there; or nothing, when it was cancelled on its way: then the next
 * start knows what to do. Copies what it needs. Returns as background_spawn(). */
int call_control_dial(struct call_control *control, const struct call *call);

/* Does what an event asks for, in the background: it is called by the handler of
 * webhooks, which answers after it. Copies `event`. Returns 0, also for one that was seen
 * before or means nothing; or what background_spawn() returned: then it counts as not
 * seen, and the provider will deliver it again. */
int call_control_take(struct call_control *control, const struct call_event *event);

#endif
