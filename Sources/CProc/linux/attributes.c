#if defined(__linux__)

#define _GNU_SOURCE
#include "../common/child.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/seam.h"

int
child_limit_number(int resource)
{
	switch (resource) {
	case CPROC_LIMIT_OPEN_FILES: return RLIMIT_NOFILE;
	case CPROC_LIMIT_CORE: return RLIMIT_CORE;
	case CPROC_LIMIT_DATA: return RLIMIT_DATA;
	case CPROC_LIMIT_STACK: return RLIMIT_STACK;
	case CPROC_LIMIT_MEMORY_LOCK: return RLIMIT_MEMLOCK;
	case CPROC_LIMIT_PROCESSES: return RLIMIT_NPROC;
	case CPROC_LIMIT_FILE_SIZE: return RLIMIT_FSIZE;
	case CPROC_LIMIT_CPU_TIME: return RLIMIT_CPU;
	case CPROC_LIMIT_ADDRESS_SPACE: return RLIMIT_AS;
	case CPROC_LIMIT_RESIDENT: return RLIMIT_RSS;
	case CPROC_LIMIT_FILE_LOCKS: return RLIMIT_LOCKS;
	case CPROC_LIMIT_MESSAGE_QUEUES: return RLIMIT_MSGQUEUE;
	case CPROC_LIMIT_PENDING_SIGNALS: return RLIMIT_SIGPENDING;
	case CPROC_LIMIT_REALTIME_PRIORITY: return RLIMIT_RTPRIO;
	case CPROC_LIMIT_NICE: return RLIMIT_NICE;
	default: return -1;
	}
}

int
child_set_fib(int fib)
{
	(void)fib;
	errno = ENOSYS;
	return -1;
}

int
child_set_cpus(const uint16_t *cpus, size_t count)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < count; i++) {
		if (cpus[i] >= CPU_SETSIZE) {
			errno = EINVAL;
			return -1;
		}
		CPU_SET(cpus[i], &set);
	}
	return sched_setaffinity(0, sizeof set, &set);
}

/*
 * A child that borrows its parent's memory as with vfork(2) has a value of its own: the kernel leaves those who share
 * the memory alone in this one case.
 */
int
child_protect(void)
{
	static const char never[] = "-1000";
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int error;

	if (file < 0)
		return -1;
	written = write(file, never, sizeof never - 1);
	error = errno;
	close(file);
	errno = error;
	return written < 0 ? -1 : 0;
}

int
child_deny_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
}

int
child_attach_jail(int jail)
{
	(void)jail;
	errno = ENOSYS;
	return -1;
}

unsigned
cproc_fib_count(void)
{
	return 0;
}

#endif
