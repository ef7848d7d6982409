#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "child.h"

#include <sys/resource.h>
#include <unistd.h>

#include "seam.h"

int
cproc_limit(struct cproc_limit *limit)
{
	int number = child_limit_number(limit->resource);
	struct rlimit found;

	if (number < 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (getrlimit(number, &found) < 0)
		return -1;
	/* The largest number of rlim_t is unlimited: all bits on Linux, one less on FreeBSD. */
	limit->soft = found.rlim_cur == RLIM_INFINITY ? CPROC_UNLIMITED : (uint64_t)found.rlim_cur;
	limit->hard = found.rlim_max == RLIM_INFINITY ? CPROC_UNLIMITED : (uint64_t)found.rlim_max;
	return 0;
}

int
cproc_nice(void)
{
	return getpriority(PRIO_PROCESS, 0); /* cannot fail for oneself */
}

unsigned
cproc_cpu_count(void)
{
	long count = sysconf(_SC_NPROCESSORS_CONF);

	return count > 0 ? (unsigned)count : 1;
}

#endif
