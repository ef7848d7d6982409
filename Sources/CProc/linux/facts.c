#if defined(__linux__)
#define _GNU_SOURCE
#include "CProc.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/seam.h"

/* Reads the beginning of /proc/PID/NAME.  Returns the length; -1 with ESRCH when the process has gone. */
static ssize_t
read_beginning(pid_t process, const char *name, char *buffer, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)process, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		if (errno == ENOENT)
			errno = ESRCH;
		return -1;
	}
	ssize_t length = read(file, buffer, size - 1);
	int error = errno;
	close(file);
	errno = error;
	if (length >= 0)
		buffer[length] = '\0';
	return length;
}

int
cproc_process_facts(pid_t process, struct cproc_facts *facts)
{
	char statm[128];
	unsigned long long size = 0, resident = 0;
	memset(facts, 0, sizeof(*facts));
	if (read_beginning(process, "statm", statm, sizeof(statm)) < 0)
		return -1;
	if (sscanf(statm, "%llu %llu", &size, &resident) == 2)
		facts->resident = resident * (uint64_t)sysconf(_SC_PAGESIZE);

	ssize_t length = read_beginning(process, "cmdline", facts->command, sizeof(facts->command));
	if (length > 0) {
		/* The words end with a NUL each; the last of them ends the whole. */
		for (ssize_t i = 0; i + 1 < length; i++)
			if (facts->command[i] == '\0')
				facts->command[i] = ' ';
		return 0;
	}
	char name[64];
	length = read_beginning(process, "comm", name, sizeof(name));
	if (length < 0)
		return -1;
	name[strcspn(name, "\n")] = '\0';
	snprintf(facts->command, sizeof(facts->command), "[%s]", name);
	return 0;
}

bool
cproc_calls_are_there(void)
{
	siginfo_t info;
	int subreaper, self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	bool there;

	if (self < 0)
		return false;
	/* Nobody is their own child; an older waitid(2) knows no descriptors, and says EINVAL. */
	there = waitid(P_PIDFD, (id_t)self, &info, WEXITED | WNOHANG) < 0 && errno == ECHILD &&
	    syscall(SYS_pidfd_send_signal, self, 0, NULL, 0) == 0 && syscall(SYS_close_range, ~0U, ~0U, 0) == 0 &&
	    prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && prctl(PR_SET_CHILD_SUBREAPER, subreaper, 0, 0, 0) == 0;
	close(self);
	return there;
}

void
cproc_memory_trim(void)
{
	malloc_trim(0);
}

bool
cproc_loads_modules(void)
{
	return false;
}

bool
cproc_has_jails(void)
{
	return false;
}

bool
cproc_may_make_jails(void)
{
	return false;
}

bool
cproc_has_login_classes(void)
{
	return false;
}

enum cproc_accounting
cproc_accounting_state(void)
{
	return CPROC_ACCOUNTING_ABSENT;
}

const char *
cproc_mark_variable(void)
{
	return "FRUIX_SERVICE";
}

const char *
cproc_configuration_directory(void)
{
	return "/etc/fruix-shepherd";
}

const char *
cproc_packaged_directory(void)
{
	return "/usr/local/share/fruix-shepherd/services.d";
}
#endif
