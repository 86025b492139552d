/* uuid: the names of orders and packages. */
#ifndef LIB_UUID_H
#define LIB_UUID_H

#include <stdbool.h>

enum { UUID_LENGTH = 36 }; /* characters */

/* Whether `text` (borrowed) is a UUID as RFC 9562 writes them: 8-4-4-4-12 hexadecimal
 * digits, in either case of letters. */
bool is_uuid(const char *text);

#endif
