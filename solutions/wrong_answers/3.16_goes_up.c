/* mistake: serves what stands above the folder
 * caught by: test_http_server_pieces.py::test_no_way_up
 * says: ../outside.txt */
    int opened = openat(folder, name, flags | O_NOFOLLOW);
    return opened >= 0 ? opened : uv_translate_sys_error(errno);
