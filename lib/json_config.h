/* json_config: a program's configuration: a JSON object in a file, read strictly.
 *
 * A key that is missing, has another type, or is not known is a mistake, and is named:
 * who has mistyped "src_number" wants to know it now, and not when the telephone rings.
 * The values are never shown: some of them are secrets. */
#ifndef LIB_JSON_CONFIG_H
#define LIB_JSON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum config_type {
    CONFIG_TEXT,  /* a string: `offset` is that of a char *, which is given */
    CONFIG_NUMBER /* a whole number: `offset` is that of an unsigned */
};

/* A key, and where its value goes. A table of them ends with one without a name. */
struct config_key {
    const char *name; /* "http.port": the member port of the object http */
    enum config_type type;
    size_t offset;        /* bytes, in the caller's struct */
    const char *standard; /* its value when it is missing, as text; NULL: it must be there
                           */
    const char *variable; /* of the environment, which wins if it is not empty; may be
                             NULL */
    unsigned max;         /* CONFIG_NUMBER: from 0 to this */
};

/* Reads the file `path` into `values` (the caller's struct), as `keys` (borrowed) says.
 * 0: all texts are given. Or a negative UV_E*, nothing is given, and `problem` (of `size`
 * bytes) says in one line what is wrong: UV_EINVAL; what the system said of the file. */
int json_config_read(const char *path, const struct config_key *keys, void *values,
                     char *problem, size_t size);

/* Frees the texts. */
void json_config_free(const struct config_key *keys, void *values);

#endif
