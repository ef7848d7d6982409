#if defined(__FreeBSD__)
#include "CProc.h"

#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/procdesc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

int
cproc_process_facts(pid_t process, struct cproc_facts *facts)
{
	struct kinfo_proc info;
	size_t size = sizeof(info);
	int by_pid[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, process };
	memset(facts, 0, sizeof(*facts));
	if (sysctl(by_pid, 4, &info, &size, NULL, 0) < 0)
		return -1;
	/* A kernel with another idea of the structure, or a process that has just gone. */
	if (size != sizeof(info) || info.ki_structsize != (int)sizeof(info)) {
		errno = ESRCH;
		return -1;
	}
	facts->resident = (uint64_t)info.ki_rssize * (uint64_t)getpagesize();

	int arguments[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, process };
	size_t length = sizeof(facts->command) - 1;
	/* ENOMEM: the words do not fit, and what fits is there. */
	if ((sysctl(arguments, 4, facts->command, &length, NULL, 0) == 0 || errno == ENOMEM) && length > 0) {
		facts->command[sizeof(facts->command) - 1] = '\0';
		for (size_t i = 0; i + 1 < length; i++)
			if (facts->command[i] == '\0')
				facts->command[i] = ' ';
		return 0;
	}
	snprintf(facts->command, sizeof(facts->command), "[%s]", info.ki_comm);
	return 0;
}

bool
cproc_calls_are_there(void)
{
	struct procctl_reaper_status status;
	int descriptor;

	/* fork(2) looks at the flags before anything else: EINVAL. */
	if (pdfork(&descriptor, ~0) >= 0 || errno != EINVAL)
		return false;
	return pdkill(-1, 0) < 0 && errno == EBADF && close_range(~0U, ~0U, 0) == 0 &&
	    procctl(P_PID, getpid(), PROC_REAP_STATUS, &status) == 0;
}

void
cproc_memory_trim(void)
{
}

bool
cproc_loads_modules(void)
{
	return true;
}

bool
cproc_has_jails(void)
{
	return true;
}

bool
cproc_may_make_jails(void)
{
	int jailed = 0, most = 0;
	size_t size = sizeof(jailed);
	/* Where the kernel does not say, jail_set(2) will. */
	if (sysctlbyname("security.jail.jailed", &jailed, &size, NULL, 0) < 0 || jailed == 0)
		return true;
	size = sizeof(most);
	return sysctlbyname("security.jail.children.max", &most, &size, NULL, 0) < 0 || most > 0;
}

bool
cproc_has_login_classes(void)
{
	return true;
}

enum cproc_accounting
cproc_accounting_state(void)
{
	/* A bool since FreeBSD 12, an int before. */
	int enabled = 0;
	size_t size = sizeof(enabled);
	if (sysctlbyname("kern.racct.enable", &enabled, &size, NULL, 0) < 0)
		return CPROC_ACCOUNTING_ABSENT;
	return enabled != 0 ? CPROC_ACCOUNTING_ON : CPROC_ACCOUNTING_OFF;
}

const char *
cproc_mark_variable(void)
{
	return NULL;
}

const char *
cproc_configuration_directory(void)
{
	return "/usr/local/etc/fruix-shepherd";
}

const char *
cproc_packaged_directory(void)
{
	return "/usr/local/share/fruix-shepherd/services.d";
}
#endif
