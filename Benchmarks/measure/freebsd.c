/* FreeBSD: sysctl(3), kern.proc. */
#if defined(__FreeBSD__)

#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "measure.h"

static struct process shorten(const struct kinfo_proc *known)
{
    return (struct process){ .pid = known->ki_pid, .parent = known->ki_ppid, .has_ended = known->ki_stat == SZOMB };
}

static int read_process(pid_t pid, struct kinfo_proc *known)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
    size_t size = sizeof *known;

    return sysctl(name, 4, known, &size, NULL, 0) == 0 && size >= sizeof *known && known->ki_structsize == (int)sizeof *known &&
        known->ki_pid == pid;
}

int look_up(pid_t pid, struct process *process)
{
    struct kinfo_proc known;

    if (!read_process(pid, &known))
        return 0;
    *process = shorten(&known);
    return 1;
}

static struct kinfo_proc *read_all(size_t *count)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
    struct kinfo_proc *all = NULL;
    size_t size = 0;

    do {
        if (sysctl(name, 3, NULL, &size, NULL, 0) < 0)
            die("kern.proc.proc");
        /* Others may begin meanwhile. */
        size += size / 8 + 16 * sizeof *all;
        free(all);
        all = malloc(size);
        if (all == NULL)
            die("memory");
        errno = 0;
    } while (sysctl(name, 3, all, &size, NULL, 0) < 0 && errno == ENOMEM);
    if (errno != 0)
        die("kern.proc.proc");
    *count = size / sizeof *all;
    if (*count > 0 && all[0].ki_structsize != (int)sizeof *all) {
        errno = EPROTO;
        die("kern.proc.proc");
    }
    return all;
}

struct process *list_processes(size_t *count)
{
    struct kinfo_proc *all = read_all(count);
    struct process *processes = calloc(*count + 1, sizeof *processes);
    size_t index;

    if (processes == NULL)
        die("memory");
    for (index = 0; index < *count; index++)
        processes[index] = shorten(&all[index]);
    free(all);
    return processes;
}

void add_costs(pid_t pid, struct costs *sum)
{
    struct kinfo_proc known;
    int64_t resident;

    if (!read_process(pid, &known))
        return;
    resident = (int64_t)known.ki_rssize * getpagesize() / 1024;
    sum->cpu += (int64_t)known.ki_runtime * 1000;
    sum->system += (int64_t)known.ki_rusage.ru_stime.tv_sec * 1000000 + known.ki_rusage.ru_stime.tv_usec;
    sum->shared += resident;
    sum->resident += resident;
    sum->switches += (int64_t)known.ki_rusage.ru_nvcsw + known.ki_rusage.ru_nivcsw;
}

int is_sleeper(pid_t pid)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, pid };
    char program[MAXPATHLEN];
    size_t size = sizeof program;
    struct kinfo_proc known;

    if (!read_process(pid, &known) || known.ki_stat == SZOMB)
        return 0;
    if (sysctl(name, 4, program, &size, NULL, 0) == 0 && size > 1)
        return strstr(program, "/sleeper") != NULL;
    /* The file's name is not in the kernel's cache any more. */
    return strcmp(known.ki_comm, "sleeper") == 0;
}

#endif
