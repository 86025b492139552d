/* mistake: reports every site as a success
 * caught by: test_fetch_sites.py::test_a_failed_site_is_not_a_saved_one
 * says: An error counted as success */
    gather_report(&app->gather, site->index, 0, NULL);
