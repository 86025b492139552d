/* mistake: ends the job when the command is on its way, and again when it is done
 * caught by: test_call_control.py::test_a_whole_call
 * says: after it was freed */
static void job_hang_up(struct job *job)
{
    int status = job_send(job, "hangup", json_object(), job_on_hung_up);

    job_finish(job, status);
}

static void job_on_hung_up(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);
    bool has_ended = strcmp(result->code, CALL_HAS_ENDED) == 0;

    job_finish(job, has_ended ? 0 : result->error);
}
