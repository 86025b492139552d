#include "lib/json_config.h"

#include "lib/memory.h"
#include "lib/program.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

enum { MAX_FILE = 64 * 1024, MAX_NAME_SHOWN = 60 }; /* bytes */

/* One file that is being read. */
struct reading {
    const char *path;
    const struct config_key *keys;
    void *values;
    char *problem;
    size_t size;
};

static json_t *load(struct reading *reading, int *status);
static int read_all(struct reading *reading, json_t *root);
static int refuse_unknown(struct reading *reading, json_t *root);
static bool is_known(const struct config_key *keys, const char *outer, const char *name);
static bool is_object(const struct config_key *keys, const char *name);
static json_t *value_of(json_t *root, const char *name);
static int read_key(struct reading *reading, json_t *root, const struct config_key *key);
static int read_text(struct reading *reading, const struct config_key *key,
                     const char *where, const char *text);
static int refuse(struct reading *reading, const char *name, const char *problem);

int json_config_read(const char *path, const struct config_key *keys, void *values,
                     char *problem, size_t size)
{
    struct reading reading = {path, keys, values, problem, size};
    int status = 0;
    json_t *root = load(&reading, &status);

    for (const struct config_key *key = keys; key->name != NULL; key++)
        if (key->type == CONFIG_TEXT)
            *(char **)(void *)((char *)values + key->offset) = NULL;
    if (root == NULL)
        return status;
    status = read_all(&reading, root);
    json_decref(root);
    if (status != 0)
        json_config_free(keys, values);
    return status;
}

/* Who opens a pipe that nobody writes to waits for ever. */
static bool is_no_file(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

/* jansson's own words would quote the file. */
static json_t *load(struct reading *reading, int *status)
{
    *status = UV_EINVAL;
    if (is_no_file(reading->path)) {
        refuse(reading, "", "this is no file");
        return NULL;
    }
    FILE *file = fopen(reading->path, "rb");
    char *text = xmalloc(MAX_FILE + 1);
    json_error_t error = {.line = -1};
    json_t *root = NULL;

    size_t length = file != NULL ? fread(text, 1, MAX_FILE + 1, file) : 0;
    bool failed = file == NULL || ferror(file);
    *status = failed ? uv_translate_sys_error(errno) : UV_EINVAL;
    if (file != NULL)
        fclose(file);
    if (!failed && length <= MAX_FILE)
        root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (failed)
        snprintf(reading->problem, reading->size, "%s: %s", reading->path,
                 uv_strerror(*status));
    else if (length > MAX_FILE)
        refuse(reading, "", "it is too long");
    else if (root == NULL)
        snprintf(reading->problem, reading->size, "%s: line %d, column %d: %s",
                 reading->path, error.line, error.column,
                 json_error_code(&error) == json_error_duplicate_key
                     ? "a key stands there twice"
                     : "it is not JSON");
    else if (!json_is_object(root)) {
        refuse(reading, "", "it is not a JSON object");
        json_decref(root);
        root = NULL;
    }
    return root;
}

static int read_all(struct reading *reading, json_t *root)
{
    int status = refuse_unknown(reading, root);

    for (const struct config_key *key = reading->keys; status == 0 && key->name; key++)
        status = read_key(reading, root, key);
    return status;
}

static int refuse_unknown(struct reading *reading, json_t *root)
{
    const char *name, *inner;
    json_t *value, *unused;

    json_object_foreach(root, name, value)
    {
        if (!is_object(reading->keys, name)) {
            if (!is_known(reading->keys, "", name))
                return refuse(reading, name, "there is no such key");
            continue;
        }
        if (!json_is_object(value))
            return refuse(reading, name, "it is to be an object");
        json_object_foreach(value, inner, unused)
        {
            if (!is_known(reading->keys, name, inner)) {
                char *whole = xasprintf("%s.%s", name, inner);
                int status = refuse(reading, whole, "there is no such key");

                free(whole);
                return status;
            }
        }
    }
    return 0;
}

/* Whether the key `name` is in the table, in the object `outer` ("": in none). */
static bool is_known(const struct config_key *keys, const char *outer, const char *name)
{
    size_t length = strlen(outer);

    for (; keys->name != NULL; keys++) {
        const char *rest = keys->name;

        if (length > 0) {
            if (strncmp(rest, outer, length) != 0 || rest[length] != '.')
                continue;
            rest += length + 1;
        }
        if (strcmp(rest, name) == 0 && strchr(name, '.') == NULL)
            return true;
    }
    return false;
}

/* Whether keys of the table are in an object of that name. */
static bool is_object(const struct config_key *keys, const char *name)
{
    size_t length = strlen(name);

    for (; keys->name != NULL; keys++)
        if (strncmp(keys->name, name, length) == 0 && keys->name[length] == '.')
            return true;
    return false;
}

/* Borrowed; NULL: there is none. */
static json_t *value_of(json_t *root, const char *name)
{
    const char *dot = strchr(name, '.');

    if (dot == NULL)
        return json_object_get(root, name);
    char *outer = xstrdup(name);
    outer[dot - name] = '\0';
    json_t *value = json_object_get(json_object_get(root, outer), dot + 1);
    free(outer);
    return value;
}

static int read_key(struct reading *reading, json_t *root, const struct config_key *key)
{
    const char *said = key->variable != NULL ? getenv(key->variable) : NULL;
    json_t *value = value_of(root, key->name);

    if (said != NULL && said[0] != '\0')
        return read_text(reading, key, key->variable, said);
    if (value == NULL && key->standard == NULL)
        return refuse(reading, key->name, "it is missing");
    if (value == NULL)
        return read_text(reading, key, key->name, key->standard);
    if (key->type == CONFIG_TEXT) {
        if (!json_is_string(value))
            return refuse(reading, key->name, "it is to be a string");
        return read_text(reading, key, key->name, json_string_value(value));
    }
    if (!json_is_integer(value))
        return refuse(reading, key->name, "it is to be a whole number");
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
    return read_text(reading, key, key->name, digits);
}

/* Puts a value into the caller's struct; `where` is what it has come from. */
static int read_text(struct reading *reading, const struct config_key *key,
                     const char *where, const char *text)
{
    char *place = (char *)reading->values + key->offset;
    unsigned long long number;
    char problem[64];

    if (key->type == CONFIG_TEXT) {
        *(char **)(void *)place = xstrdup(text);
        return 0;
    }
    if (!parse_whole(text, 0, key->max, &number)) {
        snprintf(problem, sizeof problem, "it is to be a number from 0 to %u", key->max);
        return refuse(reading, where, problem);
    }
    *(unsigned *)(void *)place = (unsigned)number;
    return 0;
}

/* `name` may be a stranger's: it is cut, and moves no cursor. */
static int refuse(struct reading *reading, const char *name, const char *problem)
{
    char shown[MAX_NAME_SHOWN + 1];
    size_t length = 0;

    for (; name[length] != '\0' && length < MAX_NAME_SHOWN; length++)
        shown[length] = iscntrl((unsigned char)name[length]) ? '?' : name[length];
    shown[length] = '\0';
    snprintf(reading->problem, reading->size, "%s: %s%s%s", reading->path, shown,
             length > 0 ? ": " : "", problem);
    return UV_EINVAL;
}

void json_config_free(const struct config_key *keys, void *values)
{
    for (; keys->name != NULL; keys++) {
        if (keys->type != CONFIG_TEXT)
            continue;
        char **text = (char **)(void *)((char *)values + keys->offset);

        free(*text);
        *text = NULL;
    }
}
