/* orders_openapi: what orders_server serves, described for machines. Given, finished.
 *
 * Clients can be made of it, and tests: those of this stage hold each answer against
 * it. */
#ifndef STAGE3_ORDERS_OPENAPI_H
#define STAGE3_ORDERS_OPENAPI_H

#include <jansson.h>

/* The document (OpenAPI 3.1): every route of orders_server.c, every status that it
 * answers with, and what their bodies are. Gives it. */
json_t *orders_openapi(void);

#endif
