#if defined(__FreeBSD__)

#include "../common/probe.h"
#include "CProc.h"
#include "probe.h"

#include <sys/types.h>
#include <sys/capsicum.h>
#include <sys/procdesc.h>
#include <sys/rctl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

const char probe_fork_described_call[] = "pdfork";
const char probe_signal_call[] = "pdkill";
const char probe_reaper_call[] = "procctl PROC_REAP_ACQUIRE";

int
probe_close_range(unsigned first, unsigned last, bool on_exec)
{
	return close_range(first, last, on_exec ? CLOSE_RANGE_CLOEXEC : 0);
}

/* Without PD_DAEMON: a child that is left behind dies with the trial. */
pid_t
probe_fork_described(int *process)
{
	return pdfork(process, PD_CLOEXEC);
}

/* As a service is ended whose main process is dead: by PROC_REAP_GETPIDS with the subtree's number, and kill(2). */
int
probe_end_subtree(pid_t first, pid_t orphan, struct cproc_probe_result *result)
{
	const struct cproc_subtree subtree = { .firsts = &first, .first_count = 1 };
	struct cproc_member members[4];
	struct cproc_subtree_killed killed;
	struct cproc_descendants *descendants = cproc_descendants_make(getpid());
	ssize_t count = -1;
	int status = -1;

	if (descendants != NULL && cproc_descendants_look(descendants, NULL, 0) == 0)
		count = cproc_descendants_members(descendants, &subtree, members, 4);
	if (count < 0)
		probe_failed(result, "procctl PROC_REAP_GETPIDS");
	else if (count != 1 || members[0].pid != orphan)
		probe_wrong(result, "procctl PROC_REAP_GETPIDS: the orphan is not in its subtree");
	else if (cproc_descendants_signal(descendants, NULL, 0, &subtree, SIGKILL, false, &killed) < 0)
		probe_failed(result, "kill");
	else
		status = 0;
	cproc_descendants_free(descendants);
	return status;
}

static void
probe_capsicum(const char *directory, struct cproc_probe_result *result)
{
	unsigned mode = 0;
	int descriptor;

	(void)directory;
	if (cap_enter() < 0) {
		probe_failed(result, "cap_enter");
		return;
	}
	if (cap_getmode(&mode) < 0) {
		probe_failed(result, "cap_getmode");
		return;
	}
	descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (descriptor >= 0)
		close(descriptor);
	if (mode != 1 || descriptor >= 0)
		probe_wrong(result, "cap_enter: a path can still be opened");
	else if (errno != ECAPMODE)
		probe_failed(result, "open in capability mode");
}

/*
 * A rule on this process, which cannot outlive it.  rctl(4) takes plain numbers; without kern.racct.enable every call
 * says ENOSYS.
 */
static void
probe_rctl(const char *directory, struct cproc_probe_result *result)
{
	char rule[96], filter[64];

	(void)directory;
	snprintf(filter, sizeof filter, "process:%d:memoryuse:deny", (int)getpid());
	snprintf(rule, sizeof rule, "%s=1099511627776", filter);
	if (rctl_add_rule(rule, strlen(rule) + 1, NULL, 0) < 0)
		probe_failed(result, "rctl_add_rule");
	else if (rctl_remove_rule(filter, strlen(filter) + 1, NULL, 0) < 0)
		probe_failed(result, "rctl_remove_rule");
}

probe_function *
probe_of_system(enum cproc_probe probe)
{
	switch (probe) {
	case CPROC_PROBE_JAIL:
		return probe_jail;
	case CPROC_PROBE_CAPSICUM:
		return probe_capsicum;
	case CPROC_PROBE_NULLFS:
		return probe_nullfs;
	case CPROC_PROBE_TMPFS:
		return probe_tmpfs;
	case CPROC_PROBE_JAIL_VNET:
		return probe_jail_vnet;
	case CPROC_PROBE_RCTL:
		return probe_rctl;
	default:
		return NULL;
	}
}

#endif
