/*
 * A service that does nothing, visibly: stay [JOURNAL LABEL]
 *
 * Writes "+LABEL PID" to the journal when it starts and "-LABEL PID" when TERM, INT or QUIT ends it, "~LABEL PID" for
 * each HUP. One write(2) a line on an O_APPEND descriptor: the order of the lines is the order of the events.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void note(const char *journal, const char *label, char mark)
{
    char line[256];
    int length = snprintf(line, sizeof line, "%c%s %ld\n", mark, label, (long)getpid());
    int fd = open(journal, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

    if (fd < 0 || length < 0 || write(fd, line, (size_t)length) != length)
        fprintf(stderr, "stay: %s: %s\n", journal, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
}

int main(int argc, char **argv)
{
    sigset_t waited;
    int signal_number;

    (void)sigemptyset(&waited);
    (void)sigaddset(&waited, SIGTERM);
    (void)sigaddset(&waited, SIGINT);
    (void)sigaddset(&waited, SIGQUIT);
    (void)sigaddset(&waited, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &waited, NULL);
    if (argc > 2)
        note(argv[1], argv[2], '+');
    for (;;) {
        if (sigwait(&waited, &signal_number) != 0)
            return 1;
        if (argc > 2)
            note(argv[1], argv[2], signal_number == SIGHUP ? '~' : '-');
        if (signal_number != SIGHUP)
            return 0;
    }
}
