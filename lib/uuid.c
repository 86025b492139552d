#include "lib/uuid.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { UUID_BYTES = 16 };

static void write_version_4(unsigned char *bytes, char *text);

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
    unsigned char bytes[UUID_BYTES];

    if (uv_random(NULL, NULL, bytes, sizeof bytes, 0, NULL) != 0) {
        fprintf(stderr, "the system has no random bytes\n");
        abort();
    }
    write_version_4(bytes, text);
}

void uuid_of_name(const char *name, char text[UUID_LENGTH + 1])
{
    unsigned char hash[EVP_MAX_MD_SIZE];

    if (EVP_Digest(name, strlen(name), hash, NULL, EVP_sha256(), NULL) != 1) {
        fprintf(stderr, "there is no SHA-256\n");
        abort();
    }
    write_version_4(hash, text);
}

static void write_version_4(unsigned char *bytes, char *text)
{
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f)); /* version 4 */
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f)); /* of this variant of UUIDs */
    for (size_t i = 0; i < UUID_BYTES; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;

        text += snprintf(text, 4, dash ? "-%02x" : "%02x", bytes[i]);
    }
}
