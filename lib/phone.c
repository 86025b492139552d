#include "lib/phone.h"

#include <string.h>

enum { MIN_DIGITS = 7, MAX_DIGITS = 15 };

bool phone_is_valid(const char *text)
{
    if (text[0] != '+' || text[1] == '0')
        return false;
    size_t digits = strspn(text + 1, "0123456789");
    return digits >= MIN_DIGITS && digits <= MAX_DIGITS && text[1 + digits] == '\0';
}

const char *phone_mask(const char *number, char *masked)
{
    size_t length = strlen(number);

    if (phone_is_valid(number)) {
        memcpy(masked, number, 3);
        strcpy(masked + 3, "***");
        strcat(masked, number + length - 2);
    } else { /* whatever it is, it is no business of a log's */
        strcpy(masked, "***");
    }
    return masked;
}
