/* One mistake a function, for test_sanitizer.py: `mistakes NAME` makes it.
 *
 * The line that the report must name says HERE, with the mistake's name; ALLOCATED and
 * FREED mark the two others. `volatile` keeps the compiler from seeing through them. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fill.h"

static volatile int zero = 0;
static volatile int one = 1;
static int table[4];

static void use_after_free(void)
{
    int *number = malloc(sizeof *number); /* ALLOCATED use_after_free */
    free(number);                         /* FREED use_after_free */
    *number = 7;                          /* HERE use_after_free */
}

static int *address_of_local(void)
{
    int local = one;
    int *volatile escaped = &local;
    return escaped;
}

static void use_after_return(void)
{
    int *gone = address_of_local();
    printf("%d\n", *gone); /* HERE use_after_return */
}

static void use_after_scope(void)
{
    int *volatile escaped;
    {
        int inner = one;
        escaped = &inner;
    }
    printf("%d\n", *escaped); /* HERE use_after_scope */
}

static void heap_overflow(void)
{
    char *text = malloc(10); /* ALLOCATED heap_overflow */
    text[10 * one] = 'x';    /* HERE heap_overflow */
    free(text);
}

static void heap_underflow(void)
{
    char *text = malloc(10);           /* ALLOCATED heap_underflow */
    printf("%c\n", *(text - 1 * one)); /* HERE heap_underflow */
    free(text);
}

static void string_without_end(void)
{
    char *text = malloc(4); /* ALLOCATED string_without_end */
    memcpy(text, "four", 4);
    printf("%d\n", strchr(text, 'f') != NULL); /* HERE string_without_end */
    free(text);
}

static void local_overflow(void)
{
    char small[8];
    memset(small, 0, 9 * one); /* HERE local_overflow */
    printf("%c\n", small[0]);
}

static void global_overflow(void)
{
    int *volatile number = table;
    printf("%d\n", number[4 * one]); /* HERE global_overflow */
}

static void overflow_in_lib(void)
{
    char *text = malloc(3); /* ALLOCATED overflow_in_lib */
    fill(text, 4);          /* HERE overflow_in_lib */
    free(text);
}

static void double_free(void)
{
    char *volatile text = malloc(3);
    free(text); /* FREED double_free */
    free(text); /* HERE double_free */
}

static void bad_free(void)
{
    char *volatile text = malloc(3);
    free(text + 1); /* HERE bad_free */
}

static void negative_size(void)
{
    char text[4] = "abc", copy[4];
    memcpy(copy, text, (size_t)(long)-one); /* HERE negative_size */
    printf("%s\n", copy);
}

static void overlap(void)
{
    char text[8] = "abcdefg";
    memcpy(text + one, text, (size_t)(4 * one)); /* HERE overlap */
    printf("%s\n", text);
}

static void huge(void)
{
    free(malloc((size_t)(long)-one)); /* HERE huge */
}

static void null_function(void)
{
    void (*volatile callback)(void) = NULL;
    callback(); /* HERE null_function */
}

static void null_string(void)
{
    size_t (*volatile length)(const char *) = strlen;
    printf("%zu\n", length(NULL)); /* HERE null_string */
}

static void wild_pointer(void)
{
    int **numbers = malloc(sizeof *numbers);
    *(volatile char *)((volatile int *)*numbers) = 1; /* HERE wild_pointer */
}

static int endless(int depth)
{ /* HERE stack_full */
    volatile char frame[4096];
    frame[0] = (char)depth;
    return endless(depth + one) + frame[0];
}

static void stack_full(void)
{
    printf("%d\n", endless(0));
}

static void leak(void)
{
    char *volatile text = malloc(100); /* ALLOCATED leak */
    text = malloc(23);                 /* HERE leak */
    text = NULL;
}

static void leak_of_one(void)
{
    char *volatile text = malloc(1); /* HERE leak_of_one */
    text = NULL;
}

static void overflow(void)
{
    int least = -2147483647;
    printf("%d\n", least - 2 * one); /* HERE overflow */
}

static void negated(void)
{
    int least = -2147483647 - one;
    printf("%d\n", -least); /* HERE negated */
}

struct point {
    int x, y;
};

static void null_member(void)
{
    struct point *volatile point = NULL;
    point->y = 1; /* HERE null_member */
}

static void null_load(void)
{
    int *volatile number = NULL;
    printf("%d\n", *number); /* HERE null_load */
}

static void null_argument(void)
{
    char *volatile nothing = NULL;
    memcpy(table, nothing, (size_t)zero); /* HERE null_argument */
}

static void shift(void)
{
    printf("%d\n", 1 << (32 * one)); /* HERE shift */
}

static void shift_back(void)
{
    printf("%d\n", 1 << -one); /* HERE shift_back */
}

static void misaligned(void)
{
    char bytes[8] = {0};
    int *number = (int *)(void *)(bytes + one + ((uintptr_t)bytes & 1));
    printf("%d\n", *number); /* HERE misaligned */
}

static void bad_index(void)
{
    table[4 * one] = 1; /* HERE bad_index */
}

static void bad_bool(void)
{
    bool done = false;
    memset(&done, 2 * one, 1);
    printf("%d\n", done ? 1 : 0); /* HERE bad_bool */
}

static void division(void)
{
    printf("%d\n", 7 / zero); /* HERE division */
}

static void assertion(void)
{
    assert(one == 2 && "one is two"); /* HERE assertion */
}

static void give_up(void)
{
    abort(); /* HERE give_up */
}

#define MISTAKE(name)                                                                    \
    {                                                                                    \
#name, name                                                                      \
    }
static const struct {
    const char *name;
    void (*make)(void);
} mistakes[] = {
    MISTAKE(use_after_free),
    MISTAKE(use_after_return),
    MISTAKE(use_after_scope),
    MISTAKE(heap_overflow),
    MISTAKE(heap_underflow),
    MISTAKE(string_without_end),
    MISTAKE(local_overflow),
    MISTAKE(global_overflow),
    MISTAKE(overflow_in_lib),
    MISTAKE(double_free),
    MISTAKE(bad_free),
    MISTAKE(negative_size),
    MISTAKE(overlap),
    MISTAKE(huge),
    MISTAKE(null_function),
    MISTAKE(null_string),
    MISTAKE(wild_pointer),
    MISTAKE(stack_full),
    MISTAKE(leak),
    MISTAKE(leak_of_one),
    MISTAKE(overflow),
    MISTAKE(negated),
    MISTAKE(null_member),
    MISTAKE(null_load),
    MISTAKE(null_argument),
    MISTAKE(shift),
    MISTAKE(shift_back),
    MISTAKE(misaligned),
    MISTAKE(bad_index),
    MISTAKE(bad_bool),
    MISTAKE(division),
    MISTAKE(assertion),
    MISTAKE(give_up),
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        if (argc == 2 && strcmp(argv[1], mistakes[i].name) == 0) {
            mistakes[i].make();
            return 0;
        }
    }
    return 2;
}
