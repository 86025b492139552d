#include "stage3_server/orders_openapi.h"

#include <stdio.h>

static json_t *paths(void);
static json_t *items_responses(void);
static json_t *operation(const char *id, const char *summary, json_t *responses);
static json_t *response(const char *description, json_t *schema);
static json_t *schemas(void);
static json_t *object_of(json_t *properties);
static json_t *reference(const char *schema);

/* How a query of an order's items can fail. */
static const struct {
    int status;
    const char *description;
} failures[] = {
    {404, "There is no such order"},
    {422, "The order's name is not a UUID"},
    {500, "The server is not set up as it should be"},
    {502, "The service of orders is down, or its answer is not what it promises"},
    {503, "Too many wait for the service of orders already"},
    {504, "The service of orders took too long"},
};

json_t *orders_openapi(void)
{
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:[], s:o, s:{s:o}}", "openapi",
                     "3.1.0", "info", "title", "Orders", "version", "1.0.0",
                     "description", "The items of an order, whatever its packages.",
                     "servers", "url", "/", "security", "paths", paths(), "components",
                     "schemas", schemas());
}

static json_t *paths(void)
{
    json_t *items = operation("listItems", "The items of all packages of an order",
                              items_responses());
    json_t *health = operation(
        "checkHealth", "Whether the server is there",
        json_pack("{s:o}", "200", response("It is there", reference("Health"))));
    json_t *document = operation(
        "describe", "This document",
        json_pack("{s:o}", "200",
                  response("An OpenAPI document", json_pack("{s:s}", "type", "object"))));

    json_object_set_new(items, "parameters",
                        json_pack("[{s:s, s:s, s:b, s:s, s:{s:s, s:s}}]", "name", "uuid",
                                  "in", "path", "required", 1, "description",
                                  "The order's UUID (RFC 9562)", "schema", "type",
                                  "string", "format", "uuid"));
    return json_pack("{s:{s:o}, s:{s:o}, s:{s:o}}", "/orders/{uuid}/items", "get", items,
                     "/healthcheck", "get", health, "/openapi.json", "get", document);
}

static json_t *items_responses(void)
{
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", reference("Item"));
    json_t *responses =
        json_pack("{s:o}", "200", response("The items, in the packages' order", list));

    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        char status[16];

        snprintf(status, sizeof status, "%d", failures[i].status);
        json_object_set_new(responses, status,
                            response(failures[i].description, reference("Error")));
    }
    return responses;
}

/* Takes `responses`. */
static json_t *operation(const char *id, const char *summary, json_t *responses)
{
    return json_pack("{s:s, s:s, s:o}", "operationId", id, "summary", summary,
                     "responses", responses);
}

/* An answer with a body of JSON. Takes `schema`. */
static json_t *response(const char *description, json_t *schema)
{
    return json_pack("{s:s, s:{s:{s:o}}}", "description", description, "content",
                     "application/json", "schema", schema);
}

/* What bodies are made of, by name. */
static json_t *schemas(void)
{
    json_t *item = object_of(json_pack(
        "{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "sku", "type", "string",
        "description", "type", "string", "image_url", "type", "string", "reference",
        "type", "string", "quantity", "type", "integer"));
    json_t *health = object_of(json_pack("{s:{s:s}}", "status", "const", "ok"));
    json_t *error = object_of(json_pack("{s:{s:s}, s:{s:s}}", "status", "type", "integer",
                                        "message", "type", "string"));

    return json_pack("{s:o, s:o, s:o}", "Item", item, "Health", health, "Error",
                     object_of(json_pack("{s:o}", "error", error)));
}

/* An object that has all of these properties, and no other. Takes them. */
static json_t *object_of(json_t *properties)
{
    json_t *required = json_array();
    const char *name;
    json_t *value;

    json_object_foreach(properties, name, value)
        json_array_append_new(required, json_string(name));
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                     "required", required, "additionalProperties", 0);
}

static json_t *reference(const char *schema)
{
    char path[64];

    snprintf(path, sizeof path, "#/components/schemas/%s", schema);
    return json_pack("{s:s}", "$ref", path);
}
