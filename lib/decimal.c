#include "lib/decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define LIMIT 1000000000000000000u /* 10^DECIMAL_DIGITS */

int decimal_from_text(const char *text, struct decimal *number)
{
    bool any = false, point = false;

    *number = (struct decimal){0};
    for (; *text != '\0'; text++) {
        if (*text == '.' && !point) {
            point = true;
        } else if (*text >= '0' && *text <= '9') {
            if (number->coefficient >= LIMIT / 10 || number->scale == DECIMAL_DIGITS)
                return UV_ERANGE;
            number->coefficient = number->coefficient * 10 + (uint64_t)(*text - '0');
            number->scale += point;
            any = true;
        } else {
            return UV_EINVAL;
        }
    }
    return any ? 0 : UV_EINVAL;
}

/* A double surely keeps 15 digits: printed with so many, it is the decimal that it was
 * read from. They may come as "1.22", "1e-05" or "1.5e+17". */
int decimal_from_double(double value, struct decimal *number)
{
    char text[32];
    int exponent = 0;

    if (!isfinite(value) || value < 0)
        return UV_EINVAL;
    snprintf(text, sizeof text, "%.15g", value);
    char *e = strchr(text, 'e');
    if (e != NULL) {
        exponent = atoi(e + 1);
        *e = '\0';
    }
    int status = decimal_from_text(text, number);
    for (; status == 0 && exponent > 0; exponent--) {
        if (number->scale > 0)
            number->scale--;
        else if (number->coefficient < LIMIT / 10)
            number->coefficient *= 10;
        else
            status = UV_ERANGE;
    }
    if (number->scale - exponent > DECIMAL_DIGITS)
        status = UV_ERANGE;
    number->scale -= exponent;
    return status;
}

/* Multiplication as at school, digit by digit; the lowest digit comes first. */
static void multiply_digits(uint64_t a, uint64_t b, unsigned char *digits)
{
    memset(digits, 0, 2 * DECIMAL_DIGITS);
    for (int i = 0; i < DECIMAL_DIGITS; i++, a /= 10) {
        unsigned carry = 0;
        uint64_t rest = b;

        for (int j = 0; j < DECIMAL_DIGITS; j++, rest /= 10) {
            unsigned sum = digits[i + j] + (unsigned)(a % 10 * (rest % 10)) + carry;
            digits[i + j] = (unsigned char)(sum % 10);
            carry = sum / 10;
        }
        digits[i + DECIMAL_DIGITS] = (unsigned char)carry;
    }
}

int decimal_multiply(struct decimal a, struct decimal b, int places,
                     struct decimal *product)
{
    unsigned char digits[2 * DECIMAL_DIGITS];
    int scale = a.scale + b.scale;
    int dropped = scale > places ? scale - places : 0;

    multiply_digits(a.coefficient, b.coefficient, digits);
    *product = (struct decimal){.scale = scale - dropped};
    for (int i = 2 * DECIMAL_DIGITS - 1; i >= dropped; i--) {
        if (product->coefficient >= LIMIT / 10)
            return UV_ERANGE;
        product->coefficient = product->coefficient * 10 + digits[i];
    }
    if (dropped > 0 && digits[dropped - 1] >= 5)
        product->coefficient++;
    return product->coefficient < LIMIT ? 0 : UV_ERANGE;
}

char *decimal_to_text(struct decimal number, char *text)
{
    char digits[DECIMAL_DIGITS + 2];

    while (number.scale > 0 && number.coefficient % 10 == 0) {
        number.coefficient /= 10;
        number.scale--;
    }
    /* So many zeros in front that there is a digit before the point. */
    int length = snprintf(digits, sizeof digits, "%0*llu", number.scale + 1,
                          (unsigned long long)number.coefficient);
    int whole = length - number.scale;
    snprintf(text, DECIMAL_TEXT_SIZE, "%.*s%s%s", whole, digits,
             number.scale > 0 ? "." : "", digits + whole);
    return text;
}
