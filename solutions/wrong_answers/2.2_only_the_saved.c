/* mistake: reports only the sites that were saved
 * caught by: test_fetch_sites.py::test_the_last_site_ends_it
 * says: nobody counted them down */
    if (status == 0)
        gather_report(&app->gather, site->index, status, NULL);
