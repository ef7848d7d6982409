#if defined(__FreeBSD__)

#include "CProc.h"

#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * PROC_REAP_GETPIDS names every descendant with pi_subtree, the child of the reaper that it
 * descends from; the number outlives that child for as long as its descriptor is open.  Nothing
 * else is needed to tell whose a process is: `mark` and `known` are the Linux side's.
 */

static bool
is_first(const struct cproc_subtree *subtree, pid_t pid)
{
	for (size_t i = 0; i < subtree->first_count; i++) {
		if (subtree->firsts[i] == pid)
			return true;
	}
	return false;
}

/*
 * All descendants, in memory that the caller frees; *count of them.  More may appear between the
 * question how many and the one which, so that room is left, and it is asked again as long as the
 * answer fills all of it.
 */
static struct procctl_reaper_pidinfo *
descendants(size_t *count)
{
	struct procctl_reaper_status status = { 0 };
	struct procctl_reaper_pids request = { 0 };
	size_t capacity;

	if (procctl(P_PID, getpid(), PROC_REAP_STATUS, &status) < 0)
		return NULL;
	for (capacity = (size_t)status.rs_descendants + 16;; capacity *= 2) {
		/* Zeroed, so that what the kernel did not fill lacks REAPER_PIDINFO_VALID. */
		struct procctl_reaper_pidinfo *pids = calloc(capacity, sizeof *pids);

		if (pids == NULL)
			return NULL;
		request.rp_count = (u_int)capacity;
		request.rp_pids = pids;
		if (procctl(P_PID, getpid(), PROC_REAP_GETPIDS, &request) < 0) {
			int error = errno;

			free(pids);
			errno = error;
			return NULL;
		}
		for (*count = 0; *count < capacity; ++*count) {
			if ((pids[*count].pi_flags & REAPER_PIDINFO_VALID) == 0)
				return pids;
		}
		free(pids);
	}
}

/*
 * Kernels before REAPER_PIDINFO_ZOMBIE list the dead without saying so: their state is asked for,
 * and the parent with it. false: gone or dead.
 */
static bool
lives(const struct procctl_reaper_pidinfo *process, pid_t *parent)
{
	int name[4] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, process->pi_pid };
	struct kinfo_proc info;
	size_t size = sizeof info;

	*parent = 0;
	if ((process->pi_flags & (REAPER_PIDINFO_ZOMBIE | REAPER_PIDINFO_EXITING)) != 0)
		return false;
	memset(&info, 0, sizeof info);
	if (sysctl(name, 4, &info, &size, NULL, 0) < 0) {
		/* ESRCH: it has gone meanwhile.  Anything else: it is there, and no more can be known. */
		return errno != ESRCH;
	}
	if (size == 0)
		return false;
	*parent = info.ki_ppid;
	return info.ki_stat != SZOMB;
}

ssize_t
cproc_subtree_list(const struct cproc_subtree *subtree, struct cproc_member *members, size_t capacity)
{
	size_t total;
	ssize_t count = 0;
	struct procctl_reaper_pidinfo *pids = descendants(&total);

	if (pids == NULL)
		return -1;
	for (size_t i = 0; i < total; i++) {
		pid_t parent;

		if (!is_first(subtree, pids[i].pi_subtree) || !lives(&pids[i], &parent))
			continue;
		if ((size_t)count < capacity) {
			members[count] = (struct cproc_member){
				.pid = pids[i].pi_pid, .parent = parent, .first = pids[i].pi_subtree,
			};
		}
		count++;
	}
	free(pids);
	return count;
}

int
cproc_subtree_signal(const struct cproc_subtree *subtree, int number, struct cproc_subtree_killed *killed)
{
	*killed = (struct cproc_subtree_killed){ 0 };
	for (size_t i = 0; i < subtree->first_count; i++) {
		struct procctl_reaper_kill request = {
			.rk_sig = number,
			.rk_flags = REAPER_KILL_SUBTREE,
			.rk_subtree = subtree->firsts[i],
			.rk_fpid = -1,
		};
		int result = procctl(P_PID, getpid(), PROC_REAP_KILL, &request);
		int error = result < 0 ? errno : 0;

		/* ESRCH: this subtree is empty. */
		if (error != 0 && error != ESRCH && error != EPERM)
			return -1;
		killed->signalled += request.rk_killed;
		if (killed->refused == 0 && (error == EPERM || (error == 0 && request.rk_fpid > 0))) {
			killed->refused = request.rk_fpid > 0 ? request.rk_fpid : subtree->firsts[i];
			killed->error = EPERM;
		}
	}
	if (killed->signalled == 0 && killed->refused == 0) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

/* wait(2) of any child passes over those that were pdforked: `known` is not needed. */
ssize_t
cproc_reap_orphans(const pid_t *known, size_t known_count, struct cproc_orphan *orphans, size_t capacity)
{
	ssize_t count = 0;

	(void)known;
	(void)known_count;
	while ((size_t)count < capacity) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			orphans[count++] = (struct cproc_orphan){ .pid = pid, .status = status };
			continue;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0 && errno != ECHILD && count == 0)
			return -1;
		break;
	}
	return count;
}

#endif
