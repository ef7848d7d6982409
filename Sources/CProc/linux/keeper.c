#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../common/seam.h"

int keeper_memory_file(void);

int
keeper_memory_file(void)
{
	return memfd_create("fruix-keeper", MFD_CLOEXEC);
}

bool
cproc_parent_alone_learns_ends(void)
{
	return true;
}

bool
cproc_is_child(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof info);
	return pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* A zombie's mark could be read, but no list has all of them: nobody is told whose they were. */
ssize_t
cproc_reap_attributed(const pid_t *known, size_t known_count, struct cproc_fallen *fallen, size_t capacity)
{
	struct cproc_orphan orphans[64];
	ssize_t count =
	    cproc_reap_orphans(known, known_count, orphans, capacity < 64 ? capacity : 64);

	for (ssize_t i = 0; i < count; i++)
		fallen[i] = (struct cproc_fallen){ .pid = orphans[i].pid, .status = orphans[i].status };
	return count;
}

#endif
