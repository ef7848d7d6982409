/*
 * Clients that mean no good, on one control socket at once: hostile-client SOCKET COUNT
 *
 * A fourth of them each: says nothing; sends half a line; sends one line without an end, as fast as it is taken; asks for
 * everything again and again and never reads. Prints "ready COUNT" when all are connected or refused, and goes on until
 * it is ended or its standard input is closed. What the server closes stays closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { most = 1024 };

static const char half_line[] = "{\"id\":1,\"command\":\"sta";
static const char request[] = "{\"id\":1,\"command\":\"status\",\"detail\":\"full\"}\n";

static int attach(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Writes as much as the server takes now; -1 when it has closed. */
static int pester(int fd, int manner)
{
    static char endless[65536];
    ssize_t written;

    if (manner == 2)
        memset(endless, 'x', sizeof endless);
    do {
        written = manner == 2 ? write(fd, endless, sizeof endless) : write(fd, request, sizeof request - 1);
    } while (written > 0);
    return errno == EAGAIN ? 0 : -1;
}

int main(int argc, char **argv)
{
    static struct pollfd polled[most + 1];
    int count, index, connected = 0;

    if (argc < 3 || (count = atoi(argv[2])) < 1 || count > most)
        return 64;
    (void)signal(SIGPIPE, SIG_IGN);
    polled[count].fd = STDIN_FILENO;
    polled[count].events = POLLIN;
    for (index = 0; index < count; index++) {
        polled[index].fd = attach(argv[1]);
        if (polled[index].fd < 0)
            continue;
        connected++;
        if (index % 4 == 1 && write(polled[index].fd, half_line, sizeof half_line - 1) < 0)
            continue;
        /* The silent ones and the half liners are never looked at again: only that they are there counts. */
        polled[index].events = index % 4 >= 2 ? POLLOUT : 0;
        if (index % 4 < 2)
            polled[index].fd = -1;
    }
    printf("ready %d\n", connected);
    (void)fflush(stdout);
    for (;;) {
        if (poll(polled, (nfds_t)count + 1, -1) < 0 && errno != EINTR)
            return 1;
        if (polled[count].revents != 0)
            return 0;
        for (index = 0; index < count; index++) {
            if (polled[index].fd >= 0 && polled[index].revents != 0 && pester(polled[index].fd, index % 4) < 0) {
                (void)close(polled[index].fd);
                polled[index].fd = -1;
            }
        }
    }
}
