/*
 * A kernel that lacks something: refuse-call NAME ARGUMENT COMMAND...
 *
 * Runs the command with a system call that always says ENOSYS: with any first argument when ARGUMENT is -1, else with
 * that one only. Linux; elsewhere it ends with 77, and the test is to be skipped.
 */
#if defined(__linux__)
#undef _XOPEN_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    { "close_range", SYS_close_range },
    { "epoll_create1", SYS_epoll_create1 },
    { "pidfd_open", SYS_pidfd_open },
    { "prctl", SYS_prctl },
};

static unsigned number_of(const char *name)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].number;
    }
    fprintf(stderr, "refuse-call: %s is not in the list\n", name);
    exit(64);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 64;
    unsigned number = number_of(argv[1]);
    int argument = atoi(argv[2]);
    /* Of the argument the half that comes first in memory: the lower one, on the machines that this is tried on. */
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)argument, 0, argument < 0 ? 0 : 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = sizeof rules / sizeof rules[0], .filter = rules };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("refuse-call: seccomp");
        return 77;
    }
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 127;
}
#else
int main(void)
{
    return 77;
}
#endif
