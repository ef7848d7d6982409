/* Sends all of its standard input to a control socket at once, and prints what comes back until its end: speak SOCKET */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char text[1 << 16];
    struct sockaddr_un address;
    size_t length = fread(text, 1, sizeof text, stdin);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ssize_t count;

    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
        return 64;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, argv[1], strlen(argv[1]));
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        write(fd, text, length) != (ssize_t)length || shutdown(fd, SHUT_WR) < 0) {
        perror(argv[1]);
        return 1;
    }
    while ((count = read(fd, text, sizeof text)) > 0) {
        if (write(STDOUT_FILENO, text, (size_t)count) != count)
            return 1;
    }
    return count < 0;
}
