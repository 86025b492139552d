/* mistake: opens the name where the program was started
 * caught by: test_http_server_pieces.py::test_files_of_a_folder
 * says: 404 */
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    (void)folder;
    int opened = open(name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
