/* Probe: libcurl starts, offers a multi handle, and speaks HTTP and HTTPS. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static int protocol_is_there(const curl_version_info_data *info, const char *name)
{
    for (const char *const *each = info->protocols; *each; each++)
        if (strcmp(*each, name) == 0)
            return 1;
    return 0;
}

int main(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    printf("%s\n", info->version);
    if (!protocol_is_there(info, "http") || !protocol_is_there(info, "https")) {
        fprintf(stderr, "this libcurl was built without HTTP or without HTTPS\n");
        return 1;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fprintf(stderr, "curl_global_init fails\n");
        return 1;
    }
    CURLM *multi = curl_multi_init();
    if (!multi) {
        fprintf(stderr, "curl_multi_init fails\n");
        return 1;
    }
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    return 0;
}
