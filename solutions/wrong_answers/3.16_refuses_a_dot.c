/* mistake: refuses every name that begins with a dot
 * caught by: test_http_server_pieces.py::test_files_of_a_folder
 * says: .well-known */
    if (name[0] == '.')
        return UV_ENOENT;
    int opened = openat(folder, name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
