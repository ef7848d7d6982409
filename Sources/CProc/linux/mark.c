#if defined(__linux__)

#define _GNU_SOURCE
#include "mark.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/seam.h"

#define MARK_BASE (UINT64_C(1) << 62)
#define MARK_PID UINT64_C(0xffffffff)

void
mark_self(void)
{
	uint64_t value = MARK_BASE | (uint64_t)(uint32_t)syscall(SYS_getpid);
	struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	(void)setrlimit(RLIMIT_RTTIME, &limit);
}

static pid_t
decode(uint64_t value)
{
	return (value & ~MARK_PID) == MARK_BASE ? (pid_t)(value & MARK_PID) : 0;
}

/* prlimit(2) refuses to show the limits of another user's process; the file shows them to everybody. */
static pid_t
mark_in_limits_file(pid_t pid)
{
	static const char name[] = "Max realtime timeout";
	char path[40], line[160];
	pid_t mark = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0; /* errno says whether it is gone or cannot be read at present */
	while (fgets(line, sizeof line, file) != NULL) {
		char *hard;

		if (strncmp(line, name, sizeof name - 1) != 0)
			continue;
		/* The soft limit comes first. */
		(void)strtoull(line + sizeof name - 1, &hard, 10);
		mark = decode(strtoull(hard, NULL, 10));
	}
	fclose(file);
	errno = 0;
	return mark;
}

pid_t
mark_of(pid_t pid)
{
	struct rlimit limit;

	if (prlimit(pid, RLIMIT_RTTIME, NULL, &limit) == 0)
		return decode(limit.rlim_max);
	return mark_in_limits_file(pid);
}

#endif
