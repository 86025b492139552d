/* site_names: names of files for pages. */
#ifndef LIB_SITE_NAMES_H
#define LIB_SITE_NAMES_H

#include <stddef.h>

/* A name for each of `count` URLs (borrowed), made of its host and path:
 * "python-org.html" for https://www.python.org/, "delay-2.html" for
 * http://127.0.0.1:8100/delay/2. A name has only small letters, digits, dots and dashes,
 * never begins with a dot, and no two are equal: the second gets "-2" before its ending.
 * Gives an array of strings; site_names_free() it. */
char **site_names(char *const *urls, size_t count);

/* Frees what site_names() gave. */
void site_names_free(char **names, size_t count);

#endif
