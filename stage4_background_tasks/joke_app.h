/* joke_app: what dial_a_joke serves. Given, finished.
 *
 *     GET  /                 the page: a form, and the calls
 *     POST /                 a call: a form, or {"date":"2026-11-20","time":"12:00",
 *                            "number":"+15550100"}; then 303, to the page
 *     GET  /calls            the calls, as JSON (calls_page.h)
 *     POST /webhook          what the telephone network tells (webhook.h)
 *     GET  /health, /info    whether it is well; who serves, and since when
 *     GET  /static/{path...} files of the page
 *
 * Times are UTC. What is wrong with a form is told as a page to a browser, and as JSON to
 * a program: 422, {"error":{"status":422,"message":...,"fields":{"date":...}}}. Too many
 * calls wait: 503, with Retry-After.
 *
 * Pages of any origin may ask for all but the webhook (CORS): no cookie says who asks. */
#ifndef STAGE4_JOKE_APP_H
#define STAGE4_JOKE_APP_H

#include "stage2_http_client/http_client.h"
#include "stage3_server/server_program.h"
#include "stage4_background_tasks/app_config.h"
#include "stage4_background_tasks/background.h"
#include "stage4_background_tasks/call_control.h"
#include "stage4_background_tasks/call_scheduler.h"
#include "stage4_background_tasks/calls_page.h"

/* All there is in the program. It is put together, and taken apart, in dial_a_joke.c. */
struct joke_app {
    struct server_program program;
    struct app_config config;
    struct calls_page page;
    struct http_client client;    /* to the telephone network */
    struct http_client jokes;     /* to the service of jokes */
    struct background background; /* what is to be done for events */
    struct background dials;      /* so that neither has to wait for the other */
    struct call_scheduler scheduler;
    struct call_control control;
    uv_timer_t patience; /* how long the end may take */
    bool stopping;       /* the calls that go on are waited for */
    unsigned draining;   /* the server has stopped; so many backgrounds are to */
    bool hurry;          /* it was told to end at once */
};

/* For its server_program. */
extern const struct http_route joke_app_routes[];

/* A call was promised: for the log. `number` is masked. */
void joke_app_log_promise(const struct call *call);

#endif
