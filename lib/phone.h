/* phone: telephone numbers, as E.164 writes them, and how they are shown. */
#ifndef LIB_PHONE_H
#define LIB_PHONE_H

#include <stdbool.h>

enum { PHONE_SIZE = 17 }; /* bytes: a plus, 15 digits, and the end */

/* Whether `text` (borrowed) is a number in E.164: a plus, then 7 to 15 digits, the first
 * of which is not 0. Nothing is repaired: no spaces, no brackets. */
bool phone_is_valid(const char *text);

/* The number as it may be logged and shown: "+15550100" is "+15***00". `masked` has
 * PHONE_SIZE bytes. Returns `masked`. */
const char *phone_mask(const char *number, char *masked);

#endif
