/* template: a page with holes in it, which JSON fills. A small part of mustache.
 *
 *     {{name}}                  the member `name` of the object: a string or a number
 *     {{#name}} ... {{/name}}   once for each element of the array `name`, whose members
 *                               are looked at first in there; or once, if `name` is
 *                               anything else that is there: not null, false, "", []
 *     {{^name}} ... {{/name}}   once, if it is not
 *
 * Every value is escaped, for HTML's text and for its attributes in quotes: there is no
 * way around that. What is missing is nothing. */
#ifndef LIB_TEMPLATE_H
#define LIB_TEMPLATE_H

#include "lib/buffer.h"

#include <jansson.h>
#include <stddef.h>

/* Whether `text` (borrowed) is a template. 0; or UV_EINVAL, and `problem` (of `size`
 * bytes) says what is wrong, in which line. */
int template_check(const char *text, char *problem, size_t size);

/* Appends the template `text`, one that template_check() likes, filled with the object
 * `values` (both borrowed), to `out`. 0; or UV_EFBIG, `out` is full. */
int template_fill(const char *text, const json_t *values, struct buffer *out);

/* Appends `text`, escaped. Returns as template_fill(). */
int append_html(struct buffer *out, const char *text);

#endif
