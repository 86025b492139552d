/* mistake: hangs up when the network has begun to speak
 * caught by: test_call_control.py::test_it_stays_on_the_line
 * says: one command to speak, and no more before call.speak.ended */
static void job_on_joke(struct http_call *request, const struct http_response *response)
{
    struct job *job = container_of(request, struct job, request);

    if (response->error == UV_ECANCELED)
        job_finish(job, UV_ECANCELED);
    else
        job_pause(job, call_joke(response), job_on_pause);
}

static void job_on_told(struct call_command *command, const struct call_result *result)
{
    struct job *job = container_of(command, struct job, command);

    (void)result;
    job_send(job, "hangup", json_object(), job_on_spoken);
}

static void job_on_pause(struct pause *pause, int status)
{
    struct job *job = container_of(pause, struct job, pause);

    if (status == 0)
        status = job_send(job, "speak",
                          json_pack("{s:s, s:s, s:s}", "payload", job->joke, "voice",
                                    "male", "language", "en-GB"),
                          job_on_told);
    if (status != 0)
        job_finish(job, status);
}
