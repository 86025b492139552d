/* webhook: POST /webhook, where the telephone network tells what happens.
 *
 * It wants its answer soon: who answers late is told again. So the answer goes out first,
 * and the work is done afterwards, in the background. */
#ifndef STAGE4_WEBHOOK_H
#define STAGE4_WEBHOOK_H

#include "stage3_server/http_server.h"
#include "stage4_background_tasks/call_control.h"

/* Handles an exchange that brings an event for `control`: 200 when the event was taken
 * (or means nothing to us, or was seen before), 400 when it is none, 503 with Retry-After
 * when too much is to be done already: then the network will deliver it again. */
void webhook_handle(struct http_exchange *exchange, struct call_control *control);

#endif
