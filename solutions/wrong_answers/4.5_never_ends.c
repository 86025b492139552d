/* mistake: hangs up, and never ends the job
 * caught by: test_call_control.py::test_a_whole_call
 * says: still running */
static void job_hang_up(struct job *job)
{
    int status = job_send(job, "hangup", json_object(), job_on_hung_up);

    if (status != 0)
        job_finish(job, status);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    (void)command, (void)result;
}
