/* mistake: leaves it to the other one to hang up
 * caught by: test_call_control.py::test_not_before_the_joke_is_over
 * says: still running */
static void job_hang_up(struct job *job)
{
    (void)job_on_hung_up;
    job_finish(job, 0);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);
    bool has_ended = strcmp(result->code, CALL_HAS_ENDED) == 0;

    job_finish(job, has_ended ? 0 : result->error);
}
