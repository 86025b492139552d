/* request_text: what request_parser makes of a stream of requests, as text. */
#ifndef HARNESS_FUZZ_REQUEST_TEXT_H
#define HARNESS_FUZZ_REQUEST_TEXT_H

#include "lib/buffer.h"
#include "lib/request_parser.h"

#include <stddef.h>
#include <stdint.h>

/* How a stream is cut in pieces: first one of `first` bytes, then pieces of `every` bytes
 * (0: all the rest), or, when `seed` is not 0, of 1 to 16 bytes as it comes. */
struct cuts {
    size_t first;
    size_t every;
    uint32_t seed;
};

/* Parses `bytes` (borrowed) as one request after the other until there are no more bytes,
 * one is refused, or one wants the connection for something else. Adds to `text` a line
 * of JSON for each, with the number of bytes that it has taken; characters beyond ASCII
 * are written as if it were Latin-1. Aborts when the parser breaks its word. */
void request_text_of_stream(struct buffer *text, const struct request_limits *limits,
                            const char *bytes, size_t length, struct cuts cuts);

#endif
