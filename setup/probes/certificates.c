/* Probe: the authorities that libcurl trusts by itself are there, in a file or a folder.
 * A libcurl that names neither asks the system, which has its own. */
#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>

int main(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const char *name = info->cainfo != NULL ? info->cainfo : info->capath;
    FILE *file = info->cainfo != NULL ? fopen(info->cainfo, "r") : NULL;
    DIR *folder = info->cainfo == NULL && name != NULL ? opendir(name) : NULL;

    if (name != NULL && file == NULL && folder == NULL) {
        fprintf(stderr, "libcurl's list of authorities is missing: %s\n", name);
        return 1;
    }
    if (file != NULL)
        fclose(file);
    if (folder != NULL)
        closedir(folder);
    return 0;
}
