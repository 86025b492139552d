/* mistake: refuses every name with two dots in it
 * caught by: test_http_server_pieces.py::test_files_of_a_folder
 * says: css/a..b.css */
    if (strstr(name, "..") != NULL || strcmp(name, ".") == 0)
        return UV_ENOENT;
    int opened = openat(folder, name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
