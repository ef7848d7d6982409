/* Prints the numbers of its open descriptors, one a line, and the state of its signals if that is not the default. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    struct sigaction action;
    sigset_t blocked;
    int number;

    for (number = 0; number < 4096; number++)
        if (fcntl(number, F_GETFD) >= 0)
            printf("descriptor %d\n", number);
    (void)sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (number = 1; number < 32; number++) {
        if (sigismember(&blocked, number) == 1)
            printf("signal %d blocked\n", number);
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            printf("signal %d ignored\n", number);
    }
    printf("session leader %s\n", getsid(0) == getpid() ? "yes" : "no");
    return 0;
}
