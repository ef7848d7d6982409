/* docs/PROTOCOL.md: a greeting with the server's pid, then an answer for each request, all lines of JSON. */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Of one service, which only a supervisor knows that has read its configuration, and gone on from its predecessor's state. */
static const char request[] = "{\"id\":1,\"command\":\"status\",\"services\":[\"s0\"]}\n";

void client_close(struct client *client)
{
    if (client->fd >= 0)
        (void)close(client->fd);
    client->fd = -1;
    client->length = 0;
}

static int attach(struct client *client)
{
    struct sockaddr_un address;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(client->socket) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, client->socket, strlen(client->socket));
    client->length = 0;
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        send(client->fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1) {
        client_close(client);
        return -1;
    }
    return 0;
}

/* The number behind a key in the first line; 0 without. */
static long number_in_greeting(const char *text, const char *key)
{
    const char *found = strstr(text, key), *end = strchr(text, '\n');

    return found != NULL && end != NULL && found < end ? atol(found + strlen(key)) : 0;
}

pid_t client_proceed(struct client *client)
{
    const char *reply;
    ssize_t got;
    pid_t pid = 0;

    if (client->fd < 0 && attach(client) < 0)
        return 0;
    got = recv(client->fd, client->text + client->length, sizeof client->text - 1 - client->length, MSG_DONTWAIT);
    if (got > 0)
        client->length += (size_t)got;
    client->text[client->length] = '\0';
    reply = strstr(client->text, "\"ok\":");
    if (reply != NULL && strchr(reply, '\n') != NULL) {
        if (strncmp(reply, "\"ok\":true", 9) == 0)
            pid = (pid_t)number_in_greeting(client->text, "\"pid\":");
        client_close(client);
    } else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        client_close(client);
    }
    return pid;
}
