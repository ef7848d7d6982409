#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "seam.h"

extern char **environ;

int
cproc_errno(void)
{
	return errno;
}

uid_t
cproc_user(void)
{
	return geteuid();
}

gid_t
cproc_group(void)
{
	return getegid();
}

pid_t
cproc_pid(void)
{
	return getpid();
}

const char *const *
cproc_environment(void)
{
	return (const char *const *)environ;
}

const char *
cproc_environment_value(const char *name)
{
	return getenv(name);
}

int
cproc_open_files_raise(uint64_t *soft, uint64_t *hard)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	*soft = (uint64_t)limit.rlim_cur;
	*hard = (uint64_t)limit.rlim_max;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* clock_gettime(2) cannot fail for these two clocks. */
static int64_t
nanoseconds(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
cproc_clock_monotonic(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

int64_t
cproc_clock_wall(void)
{
	return nanoseconds(CLOCK_REALTIME);
}

int
cproc_group_signal(pid_t first, int number)
{
	return kill(-first, number);
}

bool
cproc_status_exited(int status)
{
	return WIFEXITED(status);
}

int
cproc_status_code(int status)
{
	return WEXITSTATUS(status);
}

int
cproc_status_signal(int status)
{
	return WTERMSIG(status);
}

bool
cproc_status_core(int status)
{
	return WCOREDUMP(status);
}

#endif
