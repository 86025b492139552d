/* order_json: what the orders service says, read and checked. Given, finished. */
#ifndef STAGE2_ORDER_JSON_H
#define STAGE2_ORDER_JSON_H

#include <jansson.h>
#include <stddef.h>

/* The UUIDs of the packages out of the answer for an order (`length` bytes of JSON).
 * Gives a list of strings; NULL when it is not that, or when one of them is no UUID. */
json_t *order_json_packages(const char *body, size_t length);

/* The items, as this project has them, out of the answer for a package. Gives a list;
 * NULL when it is not that. */
json_t *order_json_items(const char *body, size_t length);

#endif
