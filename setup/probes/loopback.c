/* Probe: a port on 127.0.0.1 opens, takes a connection, and a byte goes across. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed(const char *what)
{
    perror(what);
    return 1;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    char byte = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || client < 0)
        return failed("socket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) ||
        listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &length))
        return failed("listening on 127.0.0.1");
    if (connect(client, (struct sockaddr *)&address, length))
        return failed("connecting to 127.0.0.1");
    int server = accept(listener, NULL, NULL);
    if (server < 0)
        return failed("accept");
    if (write(client, "x", 1) != 1 || read(server, &byte, 1) != 1 || byte != 'x')
        return failed("sending a byte over 127.0.0.1");
    close(server);
    close(client);
    close(listener);
    return 0;
}
