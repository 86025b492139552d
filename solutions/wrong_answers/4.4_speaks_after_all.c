/* mistake: does not look how the pause has ended
 * caught by: test_call_control.py::test_who_hangs_up_in_the_pause
 * says: it was spoken */
static void job_on_joke(struct http_call *request, const struct http_response *response)
{
    struct job *job = container_of(request, struct job, request);

    if (response->error == UV_ECANCELED)
        job_finish(job, UV_ECANCELED);
    else
        job_pause(job, call_joke(response), job_on_pause);
}

static void job_on_pause(struct pause *pause, int status)
{
    struct job *job = container_of(pause, struct job, pause);

    status = job_send(job, "speak",
                          json_pack("{s:s, s:s, s:s}", "payload", job->joke, "voice",
                                    "male", "language", "en-GB"),
                          job_on_spoken);
    if (status != 0)
        job_finish(job, status);
}
