/*
 * The floor: floor SLEEPER RECORDS COUNT
 *
 * What no supervisor can be faster than: forks and executes COUNT sleepers in a loop, waits for one to die, and starts it
 * again. No configuration, no log, no socket, no order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

static pid_t start(const char *sleeper, const char *records, int number)
{
    char text[16];
    pid_t pid;

    (void)snprintf(text, sizeof text, "%d", number);
    pid = fork();
    if (pid == 0) {
        (void)execl(sleeper, sleeper, records, text, (char *)NULL);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = end };
    pid_t *pids, died;
    int count, number, status;

    if (argc < 4 || (count = atoi(argv[3])) < 1 || (pids = calloc((size_t)count, sizeof *pids)) == NULL)
        return 64;
    (void)sigaction(SIGTERM, &action, NULL);
    for (number = 0; number < count; number++)
        pids[number] = start(argv[1], argv[2], number);
    while (!ended && (died = waitpid(-1, &status, 0)) > 0)
        for (number = 0; number < count; number++)
            if (pids[number] == died)
                pids[number] = start(argv[1], argv[2], number);
    for (number = 0; number < count; number++)
        if (pids[number] > 0)
            (void)kill(pids[number], SIGTERM);
    while (waitpid(-1, &status, 0) > 0)
        ;
    return 0;
}
