/* mistake: follows a symbolic link out of the folder
 * caught by: test_http_server_pieces.py::test_no_way_through_a_link
 * says: O_NOFOLLOW */
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    int opened = openat(folder, name, flags);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
