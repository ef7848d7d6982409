/*
 * The floor: floor [-p] SLEEPER RECORDS COUNT
 *
 * What no supervisor can be faster than: forks and executes COUNT sleepers in a loop, waits for one to die, and starts it
 * again. No configuration, no log, no socket, no order. With -p each start does what the start of a service needs
 * besides: a process descriptor, a session of its own, and nothing open that was not given.
 */
#if defined(__FreeBSD__)
#include <sys/procctl.h>
#include <sys/procdesc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

/*
 * Has a process descriptor, and closes it: somebody else would have it from then on, so that the table of who forks stays small.
 * A process that nobody has a descriptor of is waited for as any child.
 */
#if defined(__FreeBSD__)
static int prepare(void)
{
    return procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL);
}

static pid_t fork_described(void)
{
    int process;
    pid_t pid = pdfork(&process, PD_DAEMON | PD_CLOEXEC);

    if (pid > 0)
        (void)close(process);
    return pid;
}
#else
static int prepare(void)
{
    return 0;
}

static pid_t fork_described(void)
{
    pid_t pid = fork();

    if (pid > 0)
        (void)close((int)syscall(SYS_pidfd_open, pid, 0));
    return pid;
}
#endif

static pid_t start(const char *sleeper, const char *records, int number, int properly)
{
    char text[16];
    pid_t pid;

    (void)snprintf(text, sizeof text, "%d", number);
    pid = properly ? fork_described() : fork();
    if (pid == 0) {
        if (properly) {
            (void)setsid();
            (void)close_range(3, ~0U, 0);
        }
        (void)execl(sleeper, sleeper, records, text, (char *)NULL);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = end };
    pid_t *pids, died;
    int count, number, status, properly = argc > 1 && strcmp(argv[1], "-p") == 0;

    argc -= properly;
    argv += properly;
    if (argc < 4 || (count = atoi(argv[3])) < 1 || (pids = calloc((size_t)count, sizeof *pids)) == NULL)
        return 64;
    if (properly && prepare() < 0)
        return 71;
    (void)sigaction(SIGTERM, &action, NULL);
    for (number = 0; number < count; number++)
        pids[number] = start(argv[1], argv[2], number, properly);
    while (!ended && (died = waitpid(-1, &status, 0)) > 0)
        for (number = 0; number < count; number++)
            if (pids[number] == died)
                pids[number] = start(argv[1], argv[2], number, properly);
    for (number = 0; number < count; number++)
        if (pids[number] > 0)
            (void)kill(pids[number], SIGTERM);
    while (waitpid(-1, &status, 0) > 0)
        ;
    return 0;
}
