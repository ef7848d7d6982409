#if defined(__FreeBSD__)

#include "CProc.h"
#include "process_table.h"

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

int keeper_memory_file(void);

/* close-on-exec by itself: shm_open(2). */
int
keeper_memory_file(void)
{
	return shm_open(SHM_ANON, O_RDWR, 0600);
}

bool
cproc_parent_alone_learns_ends(void)
{
	return false;
}

bool
cproc_is_child(pid_t pid)
{
	int name[4] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	struct kinfo_proc info;
	size_t size = sizeof info;

	memset(&info, 0, sizeof info);
	if (pid <= 0 || sysctl(name, 4, &info, &size, NULL, 0) < 0 || size == 0)
		return false;
	return info.ki_ppid == getpid();
}

static pid_t
subtree_of(pid_t pid, const struct reaper_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->pids[i].pi_pid == pid)
			return list->pids[i].pi_subtree == pid ? 0 : list->pids[i].pi_subtree;
	}
	return 0;
}

/*
 * The list comes first: who is reaped is on it no more, while the dead stay there, each below the child of this process that
 * it descends from.  Who was not on it yet is nobody's.
 */
ssize_t
cproc_reap_attributed(const pid_t *known, size_t known_count, struct cproc_fallen *fallen, size_t capacity)
{
	static struct reaper_list list; /* kept: this is asked at each death */
	struct cproc_orphan orphans[64];
	ssize_t count;
	int error;

	if (reaper_list(getpid(), &list) < 0)
		list.count = 0;
	count = cproc_reap_orphans(known, known_count, orphans, capacity < 64 ? capacity : 64);
	error = errno;

	for (ssize_t i = 0; i < count; i++) {
		fallen[i].pid = orphans[i].pid;
		fallen[i].status = orphans[i].status;
		fallen[i].first = subtree_of(orphans[i].pid, &list);
	}
	errno = error;
	return count;
}

#endif
