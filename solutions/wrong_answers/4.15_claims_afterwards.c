/* mistake: only looks whether it may be claimed, and leaves the writing for later
 * caught by: test_call_scheduler.py::test_what_is_claimed_is_kept
 * says: dials it twice */
    int rows = sqlite_file_run(&sqlite->file,
                               "UPDATE calls SET state = state"
                               " WHERE id = :id AND state = 'scheduled'",
                               call);

    return rows > 0 ? 0 : rows == 0 ? UV_EALREADY : rows;
}

/* Does the jobs from `first` on to the one before `end`, in one transaction, and notes in
 * each how it went. 0: what they did is on the disk. Or what the file said, and nothing
 * of it is. */
static int store_transact(struct sqlite_store *sqlite, struct list *first,
                          struct list *end)
{
    int status = sqlite_file_run(&sqlite->file, "BEGIN", NULL);

    for (struct list *link = first; link != end && status >= 0; link = link->next) {
        struct store_job *job = container_of(link, struct store_job, link);

        job->status = store_do(sqlite, job);
        if (job->status != UV_EALREADY && job->status != UV_ENOENT)
            status = job->status;
    }
    if (status >= 0)
        status = sqlite_file_run(&sqlite->file, "COMMIT", NULL);
    if (status >= 0)
        return 0;
    sqlite_file_run(&sqlite->file, "ROLLBACK", NULL);
    return status;
