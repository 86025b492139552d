/* lab_more: server_lab's handlers that are not for learners to read: for what the server
 * has, given and finished, and its tests. */
#ifndef STAGE3_LAB_MORE_H
#define STAGE3_LAB_MORE_H

#include "stage3_server/http_server.h"

/* GET /pieces/{count}: so many pieces, "piece 1\n" and so on; told on stdout when each is
 * asked for. In the query: size=N, each is filled up to N bytes; length=N, the answer's
 * length is said to be that; abort=1, it is aborted when all were written; abort=2, at
 * once. */
void lab_on_pieces(struct http_exchange *exchange);

/* GET /shout: for those who would like to go on in the protocol "shout", in which
 * everything they say comes back in capital letters. 426 to all others. */
void lab_on_shout(struct http_exchange *exchange);

/* Ends the conversations that are still going on. */
void lab_end_shouts(void);

/* GET /fail/{error}: fails with the UV_E* of that number; or, if it is none, by answering
 * with JSON that could not be made. */
void lab_on_fail(struct http_exchange *exchange);

/* GET /empty: has no body, and says so (204). */
void lab_on_empty(struct http_exchange *exchange);

#endif
