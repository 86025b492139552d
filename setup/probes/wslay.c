/* Probe: wslay takes a masked text frame apart, and keeps its limit on the length. */
#include <stdio.h>
#include <string.h>
#include <wslay/wslay.h>

/* "hi" as a browser sends it: final text frame, two bytes, masked with zeros. */
static const uint8_t frame[] = {0x81, 0x82, 0, 0, 0, 0, 'h', 'i'};
static size_t frame_read;
static int received;

static ssize_t peer_on_read(wslay_event_context_ptr peer, uint8_t *buffer,
                            size_t capacity, int flags, void *data)
{
    size_t left = sizeof frame - frame_read;
    size_t length = left < capacity ? left : capacity;

    (void)flags;
    (void)data;
    if (length == 0) {
        wslay_event_set_error(peer, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(buffer, frame + frame_read, length);
    frame_read += length;
    return (ssize_t)length;
}

static void peer_on_message(wslay_event_context_ptr peer,
                            const struct wslay_event_on_msg_recv_arg *message, void *data)
{
    (void)peer;
    (void)data;
    received = message->msg_length == 2 && memcmp(message->msg, "hi", 2) == 0;
}

static int frame_is_received(uint64_t longest)
{
    struct wslay_event_callbacks callbacks = {
        .recv_callback = peer_on_read,
        .on_msg_recv_callback = peer_on_message,
    };
    wslay_event_context_ptr peer;

    frame_read = 0;
    received = 0;
    if (wslay_event_context_server_init(&peer, &callbacks, NULL))
        return 0;
    wslay_event_config_set_max_recv_msg_length(peer, longest);
    wslay_event_recv(peer);
    wslay_event_context_free(peer);
    return received;
}

int main(void)
{
    printf("%s\n", WSLAY_VERSION);
    if (!frame_is_received(2) || frame_is_received(1)) {
        fprintf(stderr, "a frame is lost, or the limit on its length is not kept\n");
        return 1;
    }
    return 0;
}
