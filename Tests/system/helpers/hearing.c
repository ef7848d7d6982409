/* Runs a command that hears SIGINT, which a shell lets its background commands ignore: hearing COMMAND [ARGUMENT...] */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 64;
    (void)signal(SIGINT, SIG_DFL);
    (void)execv(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
