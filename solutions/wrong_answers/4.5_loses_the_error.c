/* mistake: ends well, whatever the network has said
 * caught by: test_call_control.py::test_a_hang_up_that_fails_is_told
 * says: the network has refused to hang up */
static void job_hang_up(struct job *job)
{
    int status = job_send(job, "hangup", json_object(), job_on_hung_up);

    if (status != 0)
        job_finish(job, status);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);

    (void)result;
    job_finish(job, 0);
}
