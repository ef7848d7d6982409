/*
 * A service that hides a child: double-fork PID-FILE [stay | leave] [deaf]
 *
 * The child makes a session of its own, forks again and ends, so that the grandchild has neither the parent, the process
 * group nor the session of the service. Its pid is written to the file. "leave" ends the main process right after
 * that (as a daemon does), "deaf" makes the grandchild ignore TERM.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void hide(const char *pid_file, int deaf)
{
    FILE *file;

    if (setsid() < 0)
        _exit(1);
    switch (fork()) {
    case -1:
        _exit(1);
    case 0:
        break;
    default:
        _exit(0);
    }
    if (deaf)
        (void)signal(SIGTERM, SIG_IGN);
    file = fopen(pid_file, "w");
    if (file == NULL || fprintf(file, "%ld\n", (long)getpid()) < 0 || fclose(file) != 0)
        _exit(1);
    for (;;)
        (void)pause();
}

int main(int argc, char **argv)
{
    int leave = 0, deaf = 0, index, status;
    pid_t child;

    if (argc < 2)
        return 64;
    for (index = 2; index < argc; index++) {
        leave |= strcmp(argv[index], "leave") == 0;
        deaf |= strcmp(argv[index], "deaf") == 0;
    }
    child = fork();
    if (child < 0)
        return 1;
    if (child == 0)
        hide(argv[1], deaf);
    if (waitpid(child, &status, 0) < 0)
        return 1;
    if (leave)
        return 0;
    for (;;)
        (void)pause();
}
