#include "lib/site_names.h"

#include "lib/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 100 }; /* bytes of host and path that a name keeps */

/* Host and path of a URL: without scheme, user, port, query and fragment. "www." says nothing,
 * and neither does a numeric address when there is a path. */
static char *host_and_path(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;
    size_t length = strcspn(host, "/?#");
    const char *path = host + length;
    size_t path_length = strcspn(path, "?#");

    for (size_t i = 0; i < length; i++)
        if (host[i] == '@')
            return host_and_path(host + i + 1);
    /* An IPv6 address, in brackets, has colons of its own. */
    length = strcspn(host, host[0] == '[' ? "]/?#" : ":/?#");
    if (path_length > 1 && (host[0] == '[' || strspn(host, "0123456789.") == length))
        length = 0;
    if (strncasecmp(host, "www.", 4) == 0 && length > 4) {
        host += 4;
        length -= 4;
    }
    return xasprintf("%.*s%.*s", (int)length, host, (int)path_length, path);
}

/* Whatever is neither a letter nor a digit becomes a dash: one for a row of them, none at the
 * beginning or the end. */
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

static bool is_taken(char **names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

char **site_names(char *const *urls, size_t count)
{
    char **names = xcalloc(count, sizeof(char *));

    for (size_t i = 0; i < count; i++) {
        char *stem = stem_of(urls[i]), *name = xasprintf("%s.html", stem);

        for (int n = 2; is_taken(names, i, name); n++) {
            free(name);
            name = xasprintf("%s-%d.html", stem, n);
        }
        names[i] = name;
        free(stem);
    }
    return names;
}

void site_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
