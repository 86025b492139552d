#include "lib/site_names.h"

#include "lib/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 100 }; /* bytes of host and path that a name keeps */

/* Host and path of a URL: without scheme, user, port, query and fragment. "www." says
 * nothing, and neither does a numeric address when there is a path. */
static char *host_and_path(const char *url)
{
    size_t scheme = strcspn(url, ":/?#");
    const char *host = strncmp(url + scheme, "://", 3) == 0 ? url + scheme + 3 : url;
    const char *path = host + strcspn(host, "/?#");
    size_t path_length = strcspn(path, "?#");

    for (const char *letter = host; letter < path; letter++)
        if (*letter == '@') /* a user's name stands before it */
            host = letter + 1;
    /* An IPv6 address, in brackets, has colons of its own. */
    size_t length = strcspn(host, host[0] == '[' ? "]/?#" : ":/?#");
    if (path_length > 1 && (host[0] == '[' || strspn(host, "0123456789.") == length))
        length = 0;
    if (strncasecmp(host, "www.", 4) == 0 && length > 4) {
        host += 4;
        length -= 4;
    }
    return xasprintf("%.*s%.*s", (int)length, host, (int)path_length, path);
}

/* Whatever is neither a letter nor a digit becomes a dash: one for a row of them, none at
 * the beginning or the end. */
static char *stem_of(const char *url)
{
    char *text = host_and_path(url), *stem = xmalloc(LONGEST + 1);
    size_t end = strlen(text), length = 0;
    bool dash = false;

    if (end > 5 && strcmp(text + end - 5, ".html") == 0)
        end -= 5;
    for (size_t i = 0; i < end && length + 2 <= LONGEST; i++) {
        unsigned char letter = (unsigned char)text[i];

        if (letter < 128 && isalnum(letter)) {
            if (dash && length > 0)
                stem[length++] = '-';
            stem[length++] = (char)tolower(letter);
            dash = false;
        } else {
            dash = true;
        }
    }
    free(text);
    if (length == 0)
        strcpy(stem, "page");
    return stem;
}

static size_t count_equal(char **texts, size_t count, const char *text)
{
    size_t equal = 0;

    for (size_t i = 0; i < count; i++)
        equal += strcmp(texts[i], text) == 0;
    return equal;
}

/* The first page with a stem gets no number, the second -2. Another page may have such a
 * name for its own stem ("a-2"): then the next number is tried. */
char **site_names(char *const *urls, size_t count)
{
    char **stems = xcalloc(count, sizeof(char *)),
         **names = xcalloc(count, sizeof(char *));

    for (size_t i = 0; i < count; i++) {
        stems[i] = stem_of(urls[i]);
        size_t number = count_equal(stems, i, stems[i]) + 1;

        names[i] = number == 1 ? xasprintf("%s.html", stems[i])
                               : xasprintf("%s-%zu.html", stems[i], number);
        while (count_equal(names, i, names[i]) > 0) {
            free(names[i]);
            names[i] = xasprintf("%s-%zu.html", stems[i], ++number);
        }
    }
    site_names_free(stems, count);
    return names;
}

void site_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
