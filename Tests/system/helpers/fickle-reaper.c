/*
 * Processes that are reapers now and then: fickle-reaper COUNT
 *
 * Each of them becomes a reaper and gives that up again, as often as it gets the processor, in between for moments too short
 * to be of use to anybody: what asks first who is a reaper, and then what is below it, meets all that can happen between the two
 * questions. They end with the first process, on TERM. FreeBSD only.
 */
#ifdef __FreeBSD__
/* procctl(2) is no part of any standard. */
#undef _XOPEN_SOURCE
#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/rtprio.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __FreeBSD__
static void become_and_give_up(pid_t first, long which)
{
    /* On a single processor nobody comes between two questions who does not take it away from who asks. */
    struct rtprio priority = { RTP_PRIO_REALTIME, RTP_PRIO_MAX };
    struct timespec pause = { 0, 20000 + which * 7000 };

    (void)rtprio(RTP_SET, 0, &priority);
    while (getppid() == first) {
        if (procctl(P_PID, 0, PROC_REAP_ACQUIRE, NULL) < 0)
            _exit(1);
        (void)nanosleep(&pause, NULL);
        if (procctl(P_PID, 0, PROC_REAP_RELEASE, NULL) < 0)
            _exit(1);
        (void)nanosleep(&pause, NULL);
    }
    _exit(0);
}
#endif

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    pid_t first = getpid();

    for (long which = 0; which < count; which++) {
        switch (fork()) {
        case -1:
            return 1;
        case 0:
#ifdef __FreeBSD__
            become_and_give_up(first, which);
#endif
            _exit(69);
        }
    }
    while (wait(NULL) >= 0)
        ;
    (void)first;
    return 0;
}
