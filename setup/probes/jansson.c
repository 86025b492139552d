/* Probe: jansson reads and unpacks JSON, and refuses an object with a doubled key. */
#include <jansson.h>
#include <stdio.h>

int main(void)
{
    json_error_t error;
    int port = 0;

    printf("%s\n", JANSSON_VERSION);
    json_t *root = json_loads("{\"port\": 8080}", JSON_REJECT_DUPLICATES, &error);
    if (!root || json_unpack_ex(root, &error, 0, "{s:i}", "port", &port) ||
        port != 8080) {
        fprintf(stderr, "a small object is not read\n");
        return 1;
    }
    json_decref(root);
    root = json_loads("{\"a\": 1, \"a\": 2}", JSON_REJECT_DUPLICATES, &error);
    if (root) {
        fprintf(stderr, "a doubled key is not refused\n");
        return 1;
    }
    return 0;
}
