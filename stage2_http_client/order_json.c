#include "stage2_http_client/order_json.h"

#include "lib/uuid.h"

#include <stdbool.h>

static json_t *package_uuid(const json_t *package);
static json_t *item_of(const json_t *raw);
static json_t *text_or_empty(const json_t *product, const char *name);

/* A list made of what `make` makes of each member; NULL when it is no list, or as soon as
 * one makes NULL. */
static json_t *list_of(const json_t *list, json_t *(*make)(const json_t *member))
{
    json_t *made = json_is_array(list) ? json_array() : NULL;

    for (size_t i = 0; made != NULL && i < json_array_size(list); i++) {
        if (json_array_append_new(made, make(json_array_get(list, i))) != 0) {
            json_decref(made);
            made = NULL;
        }
    }
    return made;
}

json_t *order_json_packages(const char *body, size_t length)
{
    json_t *answer = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
    json_t *uuids = list_of(json_object_get(answer, "packages"), package_uuid);

    json_decref(answer);
    return uuids;
}

static json_t *package_uuid(const json_t *package)
{
    const char *uuid = json_string_value(json_object_get(package, "uuid"));

    return uuid != NULL && is_uuid(uuid) ? json_string(uuid) : NULL;
}

json_t *order_json_items(const char *body, size_t length)
{
    json_t *answer = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
    json_t *items = list_of(answer, item_of);

    json_decref(answer);
    return items;
}

/* {"product":{"code":...},"quantity":...} as {"sku":...,"quantity":...}. */
static json_t *item_of(const json_t *raw)
{
    const json_t *product = json_object_get(raw, "product");
    json_t *code = json_object_get(product, "code");
    json_t *quantity = json_object_get(raw, "quantity");

    if (!json_is_string(code) || !json_is_integer(quantity))
        return NULL;
    return json_pack("{s:O, s:o, s:o, s:o, s:O}", "sku", code, "description",
                     text_or_empty(product, "description"), "image_url",
                     text_or_empty(product, "image_url"), "reference",
                     text_or_empty(product, "reference"), "quantity", quantity);
}

static json_t *text_or_empty(const json_t *product, const char *name)
{
    json_t *text = json_object_get(product, name);

    return json_is_string(text) ? json_incref(text) : json_string("");
}
