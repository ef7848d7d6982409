#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is asked of the kernel about other processes: linux.c by /proc, freebsd.c by sysctl(3). */

struct process {
    pid_t pid;
    pid_t parent;
    int has_ended; /* a zombie */
};

/* What a process has cost since it began, or has now. */
struct costs {
    int64_t cpu;      /* nanoseconds on a processor, exact */
    int64_t system;   /* of these in the kernel, microseconds, as far as the kernel samples it */
    int64_t shared;   /* KiB of memory, what several share divided among them; FreeBSD does not tell, there it is `resident` */
    int64_t resident; /* KiB of memory */
    int64_t switches; /* of context, voluntary and not */
};

/* All processes that there are; the caller frees them. */
struct process *list_processes(size_t *count);
/* Whether there is such a process: a zombie is one. */
int look_up(pid_t pid, struct process *process);
/* Adds those of a process, as far as it is still there. */
void add_costs(pid_t pid, struct costs *sum);
/* Whether it runs the sleeper. */
int is_sleeper(pid_t pid);

#endif
