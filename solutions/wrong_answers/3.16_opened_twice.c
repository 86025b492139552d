/* mistake: tries to open it first, and leaves that open
 * caught by: test_http_server_pieces.py::test_no_descriptor_is_lost
 * says: what was opened is closed */
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    if (openat(folder, name, flags | O_NOFOLLOW) < 0)
        return uv_translate_sys_error(errno);
    int opened = openat(folder, name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
