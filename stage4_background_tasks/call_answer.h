/* call_answer: what the telephone network's answers to commands mean, and what it means
 * when there is none. Given, finished. */
#ifndef STAGE4_CALL_ANSWER_H
#define STAGE4_CALL_ANSWER_H

#include "stage2_http_client/http_client.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { CALL_CODE_SIZE = 6, CALL_PROBLEM_SIZE = 64 }; /* bytes */

/* Whether a try that has ended with `error` (a negative UV_E*) may go better the next
 * time: nobody was reached, or the connection broke, or it took too long. */
bool call_error_may_pass(int error);

/* Whether an answer of this status says that the command was not done, and will not be,
 * whatever became of the tries before: the network knows those that it has done. */
bool call_status_is_refusal(int status);

/* Whether the command may have been done, when nothing is known but this response of a
 * try. False: it did not come to the network, or was refused. */
bool call_may_be_done(const struct http_response *response);

/* Of an answer that does not say that the command was done: the network's code, "90018"
 * ("": it gives none), and what it means, in words of our own: what the network says
 * besides may tell whose number it was. `answer` (borrowed) may be NULL: no JSON. */
void call_answer_explain(int status, const json_t *answer, char code[CALL_CODE_SIZE],
                         char problem[CALL_PROBLEM_SIZE]);

#endif
