/* fuzz_request_parser: a stream of requests, at once and cut in pieces that the stream
 * itself chooses, must come to the same; request_text checks what must always hold. Once
 * with small limits, once with large ones. For `make fuzz`. */
#include "harness/fuzz/request_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Something that depends on every byte. */
static uint32_t seed_of(const uint8_t *data, size_t size)
{
    uint32_t seed = 2166136261u;

    for (size_t i = 0; i < size; i++)
        seed = (seed ^ data[i]) * 16777619u;
    return seed | 1;
}

static void compare(const struct request_limits *limits, const char *bytes, size_t size,
                    struct cuts cuts, const struct buffer *expected)
{
    struct buffer text;

    buffer_init(&text, SIZE_MAX);
    request_text_of_stream(&text, limits, bytes, size, cuts);
    if (strcmp(text.data, expected->data) != 0) {
        fprintf(stderr, "at once:\n%sin pieces:\n%s", expected->data, text.data);
        abort();
    }
    buffer_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct request_limits limits[] = {
        {.max_target = 16, .max_head = 96, .max_headers = 4, .max_body = 16},
        {.max_target = 8192, .max_head = 65536, .max_headers = 100, .max_body = 1 << 20},
    };
    const char *bytes = (const char *)data;
    uint32_t seed = seed_of(data, size);

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct buffer text;

        buffer_init(&text, SIZE_MAX);
        request_text_of_stream(&text, &limits[i], bytes, size, (struct cuts){0});
        compare(&limits[i], bytes, size, (struct cuts){.seed = seed}, &text);
        compare(&limits[i], bytes, size, (struct cuts){.first = seed % (size + 1)},
                &text);
        buffer_deinit(&text);
    }
    return 0;
}
