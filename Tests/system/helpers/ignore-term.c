/* A service that ignores every polite signal, and says when it is ready to: ignore-term [READY-FILE] */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    if (argc > 1) {
        int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

        if (fd >= 0)
            (void)close(fd);
    }
    for (;;)
        (void)pause();
}
