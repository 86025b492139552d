#include "lib/percent.h"

#include <string.h>
#include <uv.h>

/* The value of a hexadecimal digit; -1: it is none. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that is escaped as two digits at `from`, of which `length` bytes are left; 0
 * when it is malformed, and for %00. */
static char escaped_byte(const char *from, size_t length)
{
    int high = length >= 2 ? hex_digit(from[0]) : -1;
    int low = length >= 2 ? hex_digit(from[1]) : -1;

    return high >= 0 && low >= 0 ? (char)(high * 16 + low) : '\0';
}

int percent_decode(const char *from, size_t length, bool plus_is_space, char *to,
                   size_t size, size_t *decoded)
{
    size_t count = 0;

    /* What is written never overtakes what is read. */
    for (size_t i = 0; i < length; i++) {
        char byte = from[i];

        if (byte == '%') {
            byte = escaped_byte(from + i + 1, length - i - 1);
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        if (byte == '\0')
            return UV_EINVAL;
        if (count == size)
            return UV_ENOBUFS;
        to[count++] = byte;
    }
    if (count == size)
        return UV_ENOBUFS;
    to[count] = '\0';
    if (decoded != NULL)
        *decoded = count;
    return 0;
}

void percent_pairs_init(struct percent_pairs *pairs, char *text, size_t length)
{
    *pairs = (struct percent_pairs){.rest = text, .end = text + length};
}

/* Where `byte` is between `from` and `end`; `end`: nowhere. */
static char *find(char *from, char *end, char byte)
{
    char *found = memchr(from, byte, (size_t)(end - from));

    return found != NULL ? found : end;
}

/* Decodes what stands from `from` to `end` in place; the zero byte goes to `end` at the
 * latest. */
static int decode_in_place(char *from, char *end)
{
    size_t length = (size_t)(end - from);

    return percent_decode(from, length, true, from, length + 1, NULL);
}

int percent_pairs_next(struct percent_pairs *pairs, const char **name, const char **value)
{
    while (pairs->rest != NULL) {
        char *begin = pairs->rest;
        char *end = find(begin, pairs->end, '&');
        char *equals = find(begin, end, '=');

        pairs->rest = end < pairs->end ? end + 1 : NULL;
        if (begin == end)
            continue;
        char *second = equals < end ? equals + 1 : end;
        int status = decode_in_place(second, end); /* of no bytes: an empty string */
        if (status == 0)
            status = decode_in_place(begin, equals);
        *name = begin;
        *value = second;
        return status == 0 ? 1 : status;
    }
    return 0;
}
