#include "lib/template.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 8, MAX_NAME = 40 };

/* A pair of braces: {{name}}. */
struct tag {
    const char *begin, *end; /* in the template */
    char kind;               /* '#', '^', '/'; or '\0': a value */
    char name[MAX_NAME + 1];
};

/* A part of the template that is being filled, from the objects around it. */
struct filling {
    const json_t *objects[MAX_DEPTH + 1]; /* the innermost last */
    size_t depth;
    struct buffer *out;
    int status;
};

static bool next_tag(const char *from, const char *end, struct tag *tag);
static bool read_name(struct tag *tag);
static const char *end_of_section(const struct tag *tag, const char *end,
                                  struct tag *closing);
static void fill(struct filling *filling, const char *from, const char *end);
static void fill_section(struct filling *filling, const struct tag *tag, const char *end,
                         const json_t *value);
static const json_t *look_up(const struct filling *filling, const char *name);
static bool is_there(const json_t *value);
static void fill_value(struct filling *filling, const json_t *value);

/* The next pair of braces; false: there is none. One that is malformed has no name. */
static bool next_tag(const char *from, const char *end, struct tag *tag)
{
    const char *begin = strstr(from, "{{");
    if (begin == NULL || begin >= end)
        return false;
    const char *close = strstr(begin, "}}");

    *tag = (struct tag){.begin = begin, .end = close != NULL ? close + 2 : end};
    if (close == NULL || !read_name(tag))
        tag->name[0] = '\0';
    return true;
}

static bool read_name(struct tag *tag)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    const char *name = tag->begin + 2;

    if (*name != '\0' && strchr("#^/", *name) != NULL)
        tag->kind = *name++;
    size_t length = (size_t)(tag->end - 2 - name);
    if (length > MAX_NAME || strspn(name, letters) != length)
        return false;
    memcpy(tag->name, name, length);
    return length > 0;
}

int template_check(const char *text, char *problem, size_t size)
{
    char open[MAX_DEPTH][MAX_NAME + 1];
    const char *end = text + strlen(text), *from = text, *wrong = NULL;
    size_t depth = 0;
    struct tag tag = {.end = text};

    for (; wrong == NULL && next_tag(from, end, &tag); from = tag.end) {
        if (tag.name[0] == '\0')
            wrong = "no name between {{ and }}";
        else if (tag.kind == '/' && (depth == 0 || strcmp(open[--depth], tag.name) != 0))
            wrong = "this part is not the one that is open";
        else if (tag.kind == '#' || tag.kind == '^') {
            if (depth == MAX_DEPTH)
                wrong = "too many parts in one another";
            else
                strcpy(open[depth++], tag.name);
        }
    }
    if (wrong == NULL && depth > 0)
        wrong = "a part is not closed";
    if (wrong == NULL)
        return 0;
    unsigned line = 1;
    for (const char *at = text; at < tag.begin; at++)
        line += *at == '\n';
    snprintf(problem, size, "line %u: %s%s%s", line, tag.name, tag.name[0] ? ": " : "",
             wrong);
    return UV_EINVAL;
}

int template_fill(const char *text, const json_t *values, struct buffer *out)
{
    struct filling filling = {.objects = {values}, .depth = 1, .out = out};

    fill(&filling, text, text + strlen(text));
    return filling.status;
}

static void fill(struct filling *filling, const char *from, const char *end)
{
    struct tag tag, closing;

    while (filling->status == 0 && next_tag(from, end, &tag)) {
        const json_t *value = look_up(filling, tag.name);

        filling->status = buffer_append(filling->out, from, (size_t)(tag.begin - from));
        if (tag.kind == '\0') {
            fill_value(filling, value);
            from = tag.end;
        } else {
            from = end_of_section(&tag, end, &closing);
            fill_section(filling, &tag, closing.begin, value);
        }
    }
    if (filling->status == 0)
        filling->status = buffer_append(filling->out, from, (size_t)(end - from));
}

/* Where the text goes on after the section that `tag` opens; `closing` is its end. */
static const char *end_of_section(const struct tag *tag, const char *end,
                                  struct tag *closing)
{
    size_t depth = 1;

    *closing = *tag;
    while (depth > 0 && next_tag(closing->end, end, closing))
        if (closing->kind != '\0')
            depth = closing->kind == '/' ? depth - 1 : depth + 1;
    return closing->end;
}

static void fill_section(struct filling *filling, const struct tag *tag, const char *end,
                         const json_t *value)
{
    const json_t *element;
    size_t index;

    if ((tag->kind == '#') != is_there(value))
        return;
    if (tag->kind == '^' || !json_is_array(value)) {
        fill(filling, tag->end, end);
        return;
    }
    json_array_foreach(value, index, element)
    {
        filling->objects[filling->depth++] = element;
        fill(filling, tag->end, end);
        filling->depth--;
    }
}

static const json_t *look_up(const struct filling *filling, const char *name)
{
    const json_t *found = NULL;

    for (size_t i = filling->depth; i > 0 && found == NULL; i--)
        found = json_object_get(filling->objects[i - 1], name);
    return found;
}

static bool is_there(const json_t *value)
{
    if (json_is_string(value))
        return json_string_length(value) > 0;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    return value != NULL && !json_is_null(value) && !json_is_false(value);
}

static void fill_value(struct filling *filling, const json_t *value)
{
    char digits[32];

    if (filling->status != 0)
        return;
    if (json_is_integer(value)) {
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
        filling->status = append_html(filling->out, digits);
    } else if (json_is_string(value)) {
        filling->status = append_html(filling->out, json_string_value(value));
    }
}

int append_html(struct buffer *out, const char *text)
{
    static const char *const escapes[] = {
        ['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",
        ['"'] = "&quot;", ['\''] = "&#39;",
    };
    int status = 0;

    while (status == 0 && *text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");

        status = buffer_append(out, text, plain);
        text += plain;
        if (status == 0 && *text != '\0') {
            const char *escaped = escapes[(unsigned char)*text++];

            status = buffer_append(out, escaped, strlen(escaped));
        }
    }
    return status;
}
