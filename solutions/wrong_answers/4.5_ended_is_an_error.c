/* mistake: takes it for a failure that somebody was quicker
 * caught by: test_call_control.py::test_who_was_quicker
 * says: of a call that had ended already */
static void job_hang_up(struct job *job)
{
    int status = job_send(job, "hangup", json_object(), job_on_hung_up);

    if (status != 0)
        job_finish(job, status);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);

    job_finish(job, result->error);
}
