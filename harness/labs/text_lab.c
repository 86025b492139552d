/* text_lab: asks lib/'s functions about texts. Each line of its input is a question, its
 * words separated by tabs, and gets one line as its answer:
 *
 *   joke NUMBER            a built-in joke
 *   date SECONDS           that time as HTTP writes it, or "none"
 *   dates SECONDS SECONDS  is the first's text "kept" for the second, or "made" anew?
 *   decode TEXT            percent-decoded, or the error's name
 *   decode-form TEXT       the same, with "+" as a space
 *   decode-into SIZE TEXT  decode, into so many bytes
 *   pairs TEXT             the pairs of a form, each as NAME=VALUE, or the error's name
 *                          after a "!"; joined by "&"
 *   type NAME              the content type of a file
 *   quality ACCEPT TYPE    how much is this type wanted? in thousandths
 *   json [ACCEPT]          is JSON preferred? "yes" or "no"
 *   phone TEXT             is it a telephone number? "yes" or "no"
 *   mask TEXT              as it may be logged
 *   uuid COUNT             so many new ones, joined by spaces
 *
 * In TEXT, and in what is printed of texts, \xHH is any byte. For
 * harness/tests/test_lib_text.py. */
#include "lib/http_date.h"
#include "lib/jokes.h"
#include "lib/media_type.h"
#include "lib/memory.h"
#include "lib/percent.h"
#include "lib/phone.h"
#include "lib/program.h"
#include "lib/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns \xHH into bytes, in place; returns how many bytes there are then. A zero byte
 * that does not count is behind them. */
static size_t unescape(char *text)
{
    char *to = text;

    for (char *from = text; *from != '\0'; to++) {
        char digits[3] = "";

        if (from[0] == '\\' && from[1] == 'x' && from[2] != '\0') {
            memcpy(digits, from + 2, 2);
            *to = (char)strtol(digits, NULL, 16);
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

/* Letters and digits as they are; the rest as \xHH. */
static void print_escaped(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z')
            putchar(byte);
        else if (byte >= '0' && byte <= '9')
            putchar(byte);
        else
            printf("\\x%02x", byte);
    }
}

/* A copy of exactly so many bytes: one that is read behind them is seen. */
static char *copy_of(const char *bytes, size_t length, size_t room)
{
    char *copy = xmalloc(length + room);

    memcpy(copy, bytes, length);
    return copy;
}

static void ask_decode(const char *text, size_t length, bool plus_is_space, size_t size)
{
    char *from = copy_of(text, length, 0), *in_place = copy_of(text, length, 1);
    char *to = xmalloc(size);
    size_t decoded = 0, decoded_in_place = 0;

    int status = percent_decode(from, length, plus_is_space, to, size, &decoded);
    int same = percent_decode(in_place, length, plus_is_space, in_place, length + 1,
                              &decoded_in_place);
    if (status == UV_ENOBUFS || (status != 0 && status == same))
        printf("!%s", uv_err_name(status));
    else if (status != 0 || same != 0 || decoded != decoded_in_place ||
             to[decoded] != '\0' || memcmp(to, in_place, decoded + 1) != 0)
        printf("!in place it is something else");
    else
        print_escaped(to, decoded);
    free(from);
    free(in_place);
    free(to);
}

static void ask_pairs(const char *text, size_t length)
{
    char *copy = copy_of(text, length, 1);
    struct percent_pairs pairs;
    const char *name, *value;
    int status;

    copy[length] = '&'; /* whatever is behind the text */
    percent_pairs_init(&pairs, copy, length);
    for (int i = 0; (status = percent_pairs_next(&pairs, &name, &value)) != 0; i++) {
        printf("%s", i > 0 ? "&" : "");
        if (status < 0) {
            printf("!%s", uv_err_name(status));
            continue;
        }
        print_escaped(name, strlen(name));
        putchar('=');
        print_escaped(value, strlen(value));
    }
    free(copy);
}

/* A text that was put in the place of the kept one is still there, or not. */
static void ask_dates(time_t first, time_t second)
{
    struct http_date date = {0};

    if (http_date_at(&date, first) == NULL)
        return;
    date.text[0] = '?';
    const char *text = http_date_at(&date, second);
    printf("%s", text != NULL && text[0] == '?' ? "kept" : "made");
}

static void ask_date(time_t now)
{
    static struct http_date date; /* one for all: what it keeps must not show */
    const char *text = http_date_at(&date, now);

    printf("%s", text != NULL ? text : "none");
}

static void ask_uuids(unsigned long count)
{
    char text[UUID_LENGTH + 1];

    for (; count > 0; count--) {
        uuid_random(text);
        printf("%s%s%s", text, is_uuid(text) ? "" : "?", count > 1 ? " " : "");
    }
}

static void ask_mask(const char *number)
{
    char *masked = copy_of("", 0, PHONE_SIZE);

    printf("%s", phone_mask(number, masked));
    free(masked);
}

/* `first` and `second` are NULL when there is no such word. Returns -1 when this is no
 * question. */
static int ask(const char *what, char *first, char *second)
{
    if (strcmp(what, "json") == 0)
        printf("%s", accept_prefers_json(first) ? "yes" : "no");
    else if (first == NULL)
        return -1;
    else if (strcmp(what, "joke") == 0)
        printf("%s", builtin_joke((unsigned)strtoul(first, NULL, 10)));
    else if (strcmp(what, "date") == 0)
        ask_date((time_t)strtoll(first, NULL, 10));
    else if (strcmp(what, "phone") == 0)
        printf("%s", phone_is_valid(first) ? "yes" : "no");
    else if (strcmp(what, "mask") == 0)
        ask_mask(first);
    else if (strcmp(what, "uuid") == 0)
        ask_uuids(strtoul(first, NULL, 10));
    else if (strcmp(what, "type") == 0)
        printf("%s", media_type_of(first));
    else if (second == NULL)
        return -1;
    else if (strcmp(what, "dates") == 0)
        ask_dates((time_t)strtoll(first, NULL, 10), (time_t)strtoll(second, NULL, 10));
    else if (strcmp(what, "quality") == 0)
        printf("%d", accept_quality(first, second));
    else
        return -1;
    return 0;
}

/* Questions about bytes, which may be zero. */
static int ask_bytes(const char *what, const char *first, const char *bytes,
                     size_t length)
{
    if (strcmp(what, "pairs") == 0)
        ask_pairs(bytes, length);
    else if (strcmp(what, "decode") == 0)
        ask_decode(bytes, length, false, length + 1);
    else if (strcmp(what, "decode-form") == 0)
        ask_decode(bytes, length, true, length + 1);
    else if (strcmp(what, "decode-into") == 0)
        ask_decode(bytes, length, false, strtoul(first, NULL, 10));
    else
        return -1;
    return 0;
}

/* Answers a line. Each word is copied to memory of its own, so that a byte read behind
 * its end is seen. */
static int answer(char *line)
{
    char *words[3] = {NULL};
    size_t length = 0;
    int count = 0;

    for (char *word = line; word != NULL && count < 3; count++) {
        char *tab = strchr(word, '\t');

        if (tab != NULL)
            *tab++ = '\0';
        length = unescape(word);
        words[count] = copy_of(word, length + 1, 0);
        word = tab;
    }
    int status = count < 2 ? -1 : ask_bytes(words[0], words[1], words[count - 1], length);
    if (status != 0)
        status = ask(words[0], words[1], words[2]);
    while (count > 0)
        free(words[--count]);
    putchar('\n');
    return status;
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    int status = 0;

    program_init();
    while (status == 0 && getline(&line, &capacity, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        status = answer(line);
    }
    free(line);
    return status == 0 ? PROGRAM_OK : program_usage("text_lab < QUESTIONS", NULL);
}
