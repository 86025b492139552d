/* Probe for AddressSanitizer and UBSan. Without an argument it does nothing wrong;
 * with one it makes the bug of that name, and the sanitizers must stop it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int heap_overrun(int length)
{
    volatile char *bytes = malloc((size_t)length);
    if (!bytes)
        return 0;
    bytes[length] = 1;
    free((void *)bytes);
    return 0;
}

static int int_overflow(int length)
{
    volatile int number = INT_MAX;
    number += length;
    return number == 0;
}

static int heap_leak(int length)
{
    for (int i = 0; i < 100; i++) {
        volatile char *bytes = malloc((size_t)length);
        if (bytes)
            bytes[0] = 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *bug = argc > 1 ? argv[1] : "none";

    if (strcmp(bug, "overrun") == 0)
        return heap_overrun(argc + 6);
    if (strcmp(bug, "overflow") == 0)
        return int_overflow(argc);
    if (strcmp(bug, "leak") == 0)
        return heap_leak(argc + 6);
    puts("clean");
    return 0;
}
