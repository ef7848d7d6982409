#if defined(__linux__)

#define _GNU_SOURCE
#include "../common/probe.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/seam.h"

const char probe_fork_described_call[] = "pidfd_open";
const char probe_signal_call[] = "pidfd_send_signal";
const char probe_reaper_call[] = "prctl PR_SET_CHILD_SUBREAPER";

/* Jails, Capsicum, rctl and FreeBSD's mounts. */
probe_function *
probe_of_system(enum cproc_probe probe)
{
	(void)probe;
	return NULL;
}

int
probe_close_range(unsigned first, unsigned last, bool on_exec)
{
	return (int)syscall(SYS_close_range, first, last, on_exec ? CLOSE_RANGE_CLOEXEC : 0u);
}

pid_t
probe_fork_described(int *process)
{
	pid_t pid = fork();
	int error;

	if (pid <= 0)
		return pid;
	*process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*process >= 0)
		return pid;
	error = errno;
	(void)kill(pid, SIGKILL);
	(void)probe_wait(pid, &(int){ 0 });
	errno = error;
	return -1;
}

/* The subreaper knows no subtrees (linux/subtree.c finds them by other means): the orphan is signalled by itself. */
int
probe_end_subtree(pid_t first, pid_t orphan, struct cproc_probe_result *result)
{
	(void)first;
	if (kill(orphan, SIGKILL) == 0)
		return 0;
	probe_failed(result, "kill");
	return -1;
}

/* No trial mounts anything here. */
void
cproc_probe_tidy(const char *directory)
{
	(void)directory;
}

#endif
