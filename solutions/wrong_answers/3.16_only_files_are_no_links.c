/* mistake: follows a symbolic link to a folder
 * caught by: test_http_server_pieces.py::test_no_way_through_a_link
 * says: up/outside.txt */
    if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
        return UV_ENOENT;
    int opened = openat(folder, name, flags & O_DIRECTORY ? flags : flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
