/* percent: what URLs and forms write as %41 (RFC 3986, 2.1), read.
 *
 * Split first, decode afterwards, and decode once: in "a%2Fb" the slash is a part of the
 * name, and "%2541" means "%41". */
#ifndef LIB_PERCENT_H
#define LIB_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes `length` bytes at `from` (borrowed) into `to` (`size` bytes), and puts a zero
 * byte after them that does not count. `to` may be the same as `from`, to decode in
 * place; the two may not overlap otherwise. With `plus_is_space`, as in forms, "+" means
 * a space; every other byte that is not escaped stands for itself. How many bytes it
 * has become comes in `*decoded` (may be NULL).
 *
 * 0; UV_EINVAL when a "%" is not followed by two hexadecimal digits, or when a byte would
 * be zero, which a string cannot hold; UV_ENOBUFS when `size` is too small: length + 1
 * always suffices. After an error `to` is of no use. */
int percent_decode(const char *from, size_t length, bool plus_is_space, char *to,
                   size_t size, size_t *decoded);

/* The pairs of "a=b&c=d": of a query string, or of a body of the type
 * application/x-www-form-urlencoded. The caller's memory. */
struct percent_pairs {
    char *rest; /* what is still to be read; NULL: nothing */
    char *end;
};

/* Begins with the first pair of `length` bytes at `text`, without the "?". Borrows the
 * text until it has all been read, and changes it: the pairs are decoded where they
 * stand. The byte behind it, text[length], is written, too. */
void percent_pairs_init(struct percent_pairs *pairs, char *text, size_t length);

/* Reads the next pair, decoded, "+" as a space: 1, with strings in `*name` and `*value`
 * that are valid as long as the text is. 0 when there is none left. UV_EINVAL when it
 * is malformed as percent_decode() says; the next call goes on behind it.
 *
 * The name ends at the first "=". Without one the value is empty. Of "a&&b" the empty
 * piece between is no pair. The same name may come several times. */
int percent_pairs_next(struct percent_pairs *pairs, const char **name,
                       const char **value);

#endif
