/* uuid: the names of orders and packages, of commands and events. */
#ifndef LIB_UUID_H
#define LIB_UUID_H

#include <stdbool.h>

enum { UUID_LENGTH = 36 }; /* characters */

/* Whether `text` (borrowed) is a UUID as RFC 9562 writes them: 8-4-4-4-12 hexadecimal
 * digits, in either case of letters. */
bool is_uuid(const char *text);

/* Writes a new UUID, of version 4 (random), in small letters. Aborts when the system has
 * no random bytes: two that are the same would be taken for one. */
void uuid_random(char text[UUID_LENGTH + 1]);

/* Writes the UUID of `name` (borrowed): the same one each time, and another one for
 * another name. Made of a hash, in the form of version 4. */
void uuid_of_name(const char *name, char text[UUID_LENGTH + 1]);

#endif
