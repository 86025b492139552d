#include "lib/uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

bool is_uuid(const char *text)
{
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return text[UUID_LENGTH] == '\0';
}

void uuid_random(char text[UUID_LENGTH + 1])
{
    unsigned char bytes[16];
    char *to = text;

    if (uv_random(NULL, NULL, bytes, sizeof bytes, 0, NULL) != 0) {
        fprintf(stderr, "the system has no random bytes\n");
        abort();
    }
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f)); /* version 4 */
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f)); /* of this variant of UUIDs */
    for (size_t i = 0; i < sizeof bytes; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;

        to += snprintf(to, 4, dash ? "-%02x" : "%02x", bytes[i]);
    }
}
