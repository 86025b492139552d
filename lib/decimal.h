/* decimal: exact decimal numbers that are not negative, for money.
 *
 * 0.1 has no exact double; here it is 1 and a scale of 1. A number has at most 18 digits,
 * and what does not fit is an error, never a rounding that nobody has asked for. */
#ifndef LIB_DECIMAL_H
#define LIB_DECIMAL_H

#include <stdint.h>

enum {
    DECIMAL_DIGITS = 18,    /* the most that a number can have */
    DECIMAL_TEXT_SIZE = 24, /* bytes that decimal_to_text() needs */
};

/* The number coefficient / 10^scale: 12.50 is {1250, 2}. */
struct decimal {
    uint64_t coefficient; /* below 10^DECIMAL_DIGITS */
    int scale;            /* 0 to DECIMAL_DIGITS */
};

/* Reads `text` (borrowed): digits, with at most one point among them ("12.50", ".5",
 * "3."). 0; UV_EINVAL when it is anything else; UV_ERANGE when it has more than
 * DECIMAL_DIGITS digits (zeros in front do not count). */
int decimal_from_text(const char *text, struct decimal *number);

/* Reads `value` as the shortest decimal that a double with that value is written as, up
 * to 15 digits: the 1.22 that stood in a JSON text comes out as 1.22. 0; UV_EINVAL when
 * it is negative or no number; UV_ERANGE when it does not fit. */
int decimal_from_double(double value, struct decimal *number);

/* The product of `a` and `b`, computed exactly and then rounded once, to `places` digits
 * after the point (0 to 18): half a unit or more goes up. 0; or UV_ERANGE when it does
 * not fit. */
int decimal_multiply(struct decimal a, struct decimal b, int places,
                     struct decimal *product);

/* Writes the number to `text` (DECIMAL_TEXT_SIZE bytes), without zeros at the end: "122",
 * "88.4", "0.05". Returns `text`. */
char *decimal_to_text(struct decimal number, char *text);

#endif
