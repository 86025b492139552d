#include "lib/jokes.h"

#include <stddef.h>

static const char *const jokes[] = {
    "The joke line is busy. This is its answering machine: ha ha. Beep.",
    "Our jokes are out at lunch. They were told to be back before the punch line.",
    "Why did the server fall asleep? Nobody had anything to say, and it listened.",
    "I wrote a song about polling. Is it done yet? Is it done yet? Is it done yet?",
    "A telephone without a line is still a good listener.",
    "How do you keep a programmer waiting? I will call you back with the answer.",
    "The cable went to therapy: it felt that it was always being plugged.",
    "I dialled a wrong number, and it returned an error.",
    "My alarm clock and I have an agreement: it rings once, and I wait for the next one.",
    "Why is the heap so untidy? Everybody allocates, and nobody wants to be free.",
};

const char *builtin_joke(unsigned index)
{
    return jokes[index % (sizeof jokes / sizeof jokes[0])];
}
