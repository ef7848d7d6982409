#if defined(__FreeBSD__)

#include "../common/child.h"

#include <sys/param.h>
#include <sys/cpuset.h>
#include <sys/jail.h>
#include <sys/procctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
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
	case CPROC_LIMIT_SOCKETS_BUFFER: return RLIMIT_SBSIZE;
	case CPROC_LIMIT_SWAP: return RLIMIT_SWAP;
	case CPROC_LIMIT_PSEUDO_TERMINALS: return RLIMIT_NPTS;
	case CPROC_LIMIT_KQUEUES: return RLIMIT_KQUEUES;
	case CPROC_LIMIT_UMTXP: return RLIMIT_UMTXP;
#if defined(RLIMIT_PIPEBUF)
	/* Since FreeBSD 14.2: an older kernel answers EINVAL, and the limit is one that the system does not have. */
	case CPROC_LIMIT_PIPE_BUFFERS: return RLIMIT_PIPEBUF;
#endif
	default: return -1;
	}
}

int
child_set_fib(int fib)
{
	return setfib(fib);
}

int
child_set_cpus(const uint16_t *cpus, size_t count)
{
	cpuset_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < count; i++) {
		if (cpus[i] >= CPU_SETSIZE) {
			errno = EINVAL;
			return -1;
		}
		CPU_SET(cpus[i], &set);
	}
	return cpuset_setaffinity(CPU_LEVEL_WHICH, CPU_WHICH_PID, -1, sizeof set, &set);
}

/* PPROT_INHERIT, so that the workers of a daemon are what it is; Linux hands its value down too. */
int
child_protect(void)
{
	int flags = PPROT_SET | PPROT_INHERIT;

	return procctl(P_PID, getpid(), PROC_SPROTECT, &flags);
}

int
child_deny_new_privileges(void)
{
	int enable = PROC_NO_NEW_PRIVS_ENABLE;

	return procctl(P_PID, getpid(), PROC_NO_NEW_PRIVS_CTL, &enable);
}

/*
 * A new network stack has one routing table, whatever net.fibs says outside, and the kernel gives a socket the number of its
 * process without a look whether there is such a table.  setfib(2) looks: a number that is not there becomes 0.
 */
int
child_attach_jail(int jail)
{
	int own = 0;
	size_t size = sizeof own;

	if (jail_attach(jail) < 0)
		return -1;
	/* A kernel without the variable has no tables to choose from. */
	if (sysctlbyname("net.my_fibnum", &own, &size, NULL, 0) < 0 || setfib(own) == 0)
		return 0;
	return setfib(0);
}

unsigned
cproc_fib_count(void)
{
	int count = 0;
	size_t size = sizeof count;

	/* A kernel without the variable has the one table that everybody uses. */
	if (sysctlbyname("net.fibs", &count, &size, NULL, 0) < 0 || count < 1)
		return 1;
	return (unsigned)count;
}

#endif
