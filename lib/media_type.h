/* media_type: what a body is, and what a client would like it to be. */
#ifndef LIB_MEDIA_TYPE_H
#define LIB_MEDIA_TYPE_H

#include <stdbool.h>

enum { ACCEPT_MAX = 1000 }; /* the quality q=1 */

/* The Content-Type for a file of that name (borrowed), by its ending in either case of
 * letters: html, css, js, txt (these with "; charset=utf-8"), json, svg, png, ico.
 * "application/octet-stream" for everything else. Borrowed: valid as long as the program
 * runs. */
const char *media_type_of(const char *name);

/* How much the value of an Accept header (borrowed) wants the type `type` (borrowed, such
 * as "text/html"), from 0 (not at all) to ACCEPT_MAX, in thousandths (RFC 9110, 12.5.1).
 * The most specific range that matches decides: "text/html" before "text/" and a star,
 * that before two stars; of equal ones the highest q. A range with parameters matches
 * only if they are charset=utf-8, the charset of all that we send.
 * NULL (no such header), an empty value and a malformed one want everything alike. */
int accept_quality(const char *accept, const char *type);

/* Whether a client that sends this Accept header (borrowed; NULL: none) wants JSON more
 * than HTML. If it wants both alike (as curl does by itself), it does not. */
bool accept_prefers_json(const char *accept);

#endif
