#if defined(__FreeBSD__)

#include "CProc.h"
#include "../common/members.h"
#include "process_table.h"

#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * PROC_REAP_GETPIDS names every descendant with pi_subtree, the child of the reaper that it
 * descends from; the number outlives that child for as long as its descriptor is open.  Nothing
 * else is needed to tell whose a process is: `mark` and `known` are the Linux side's.
 *
 * A descendant that is a reaper itself (timeout(1) is) hides its own descendants from that list: it is
 * asked for them.  One that is dead hides them until it is reaped, and cannot be asked any more: what it has left is found by
 * its parents.
 */

/* A bound for the recursion, far above what is ever met. */
#define DEEPEST_REAPER 16
/* So often a list lacks what it must have before it is taken as it is. */
#define MOST_LISTS 16
/* Whoever forks faster than so many passes is met again when the supervisor looks whether anything is left. */
#define MOST_PASSES 32

struct procctl_reaper_pidinfo *
reaper_descendants(pid_t reaper, size_t *count)
{
	struct procctl_reaper_status status = { 0 };
	struct procctl_reaper_pids request = { 0 };
	size_t capacity;

	*count = 0;
	if (procctl(P_PID, reaper, PROC_REAP_STATUS, &status) < 0)
		return NULL;
	for (capacity = (size_t)status.rs_descendants + 16;; capacity *= 2) {
		/* Zeroed, so that what the kernel did not fill lacks REAPER_PIDINFO_VALID. */
		struct procctl_reaper_pidinfo *pids = calloc(capacity, sizeof *pids);

		*count = 0;
		if (pids == NULL)
			return NULL;
		request.rp_count = (u_int)capacity;
		request.rp_pids = pids;
		if (procctl(P_PID, reaper, PROC_REAP_GETPIDS, &request) < 0) {
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

static bool
lists(const struct procctl_reaper_pidinfo *pids, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++) {
		if (pids[i].pi_pid == pid)
			return true;
	}
	return false;
}

/*
 * The kernel counts first and lists then, and lets go of its lock between: of what is forked meanwhile as many of the oldest are
 * left out at the end (docs/FREEBSD.md).  What descends from a process is listed before it, and those that the subtree begins
 * with are there as long as their descriptors are open: a list that has them lacks nothing of them.
 */
static struct procctl_reaper_pidinfo *
whole_list(const struct cproc_subtree *subtree, size_t *count)
{
	for (int attempt = 1;; attempt++) {
		struct procctl_reaper_pidinfo *pids = reaper_descendants(getpid(), count);
		size_t found = 0;

		if (pids == NULL)
			return NULL;
		while (found < subtree->first_count && lists(pids, *count, subtree->firsts[found]))
			found++;
		if (found == subtree->first_count || attempt == MOST_LISTS)
			return pids;
		free(pids);
	}
}

/*
 * What a dead reaper has left: until it is reaped it stays the parent of its orphans.  Nobody hears of their ends, since
 * SIGCHLD goes to the dead one.
 */
static int
collect_below_dead(pid_t reaper, pid_t first, struct member_list *list)
{
	size_t total, next = list->count;
	int result = 0;
	pid_t parent = reaper;
	struct kinfo_proc *processes = process_table(&total);

	if (processes == NULL)
		return -1;
	for (;;) {
		for (size_t i = 0; result == 0 && i < total; i++) {
			if (processes[i].ki_ppid != parent || !process_lives(&processes[i]))
				continue;
			result = append_member(list, processes[i].ki_pid, parent, first);
			if (result == 0)
				list->members[list->count - 1].is_unheard = true;
		}
		if (result < 0 || next == list->count)
			break;
		parent = list->members[next++].pid;
	}
	free(processes);
	return result;
}

/*
 * The living ones below a reaper.  first: whom all of them belong to; 0: the reaper is the supervisor, and
 * pi_subtree tells.
 */
static int
collect(const struct cproc_subtree *subtree, pid_t reaper, pid_t first, int depth, struct member_list *list)
{
	size_t total;
	int result = 0;
	struct procctl_reaper_pidinfo *pids = first != 0 ? reaper_descendants(reaper, &total) : whole_list(subtree, &total);

	if (pids == NULL)
		/* One further down may have gone or given up meanwhile, and is no business of an unprivileged supervisor's. */
		return first != 0 && errno != ENOMEM ? 0 : -1;
	/*
	 * Of a process that is no reaper the kernel lists those of *its* reaper, all services with it: timeout(1) gives up
	 * being one before it ends.  A reaper is never in its own list.  What was below it is found by the next pass.
	 */
	if (first != 0 && lists(pids, total, reaper))
		total = 0;
	for (size_t i = 0; result == 0 && i < total; i++) {
		pid_t parent, owner = first != 0 ? first : pids[i].pi_subtree;
		bool is_reaper = (pids[i].pi_flags & REAPER_PIDINFO_REAPER) != 0;

		if (first == 0 && !is_first(subtree, owner))
			continue;
		if (!lives(&pids[i], &parent)) {
			if (is_reaper)
				result = collect_below_dead(pids[i].pi_pid, owner, list);
			continue;
		}
		result = append_member(list, pids[i].pi_pid, parent, owner);
		if (result == 0 && is_reaper && depth < DEEPEST_REAPER)
			result = collect(subtree, pids[i].pi_pid, owner, depth + 1, list);
	}
	free(pids);
	return result;
}

ssize_t
cproc_subtree_list(const struct cproc_subtree *subtree, struct cproc_member *members, size_t capacity)
{
	struct member_list list = { 0 };
	ssize_t count = -1;

	if (collect(subtree, getpid(), 0, 0, &list) == 0) {
		size_t shown = list.count < capacity ? list.count : capacity;

		count = (ssize_t)list.count;
		if (shown > 0)
			memcpy(members, list.members, shown * sizeof *members);
	}
	free(list.members);
	return count;
}

/* procctl(2) and sysctl(3) take none. */
unsigned
cproc_subtree_descriptors(void)
{
	return 0;
}

static bool
was_signalled(const struct member_list *signalled, pid_t pid)
{
	for (size_t i = 0; i < signalled->count; i++) {
		if (signalled->members[i].pid == pid)
			return true;
	}
	return false;
}

/* Returns how many processes got the signal that had not got it before; -1: the list could not be made. */
static ssize_t
signal_pass(const struct cproc_subtree *subtree, int number, bool continues, struct member_list *signalled,
    struct cproc_subtree_killed *killed)
{
	struct member_list list = { 0 };
	ssize_t count = collect(subtree, getpid(), 0, 0, &list) < 0 ? -1 : 0;

	for (size_t i = 0; count >= 0 && i < list.count; i++) {
		struct cproc_member member = list.members[i];

		if (was_signalled(signalled, member.pid))
			continue;
		if (kill(member.pid, number) < 0) {
			if (errno != ESRCH && killed->refused == 0) {
				killed->refused = member.pid;
				killed->error = errno;
			}
			continue;
		}
		if (continues)
			(void)kill(member.pid, SIGCONT);
		count = append_member(signalled, member.pid, member.parent, member.first) < 0 ? -1 : count + 1;
	}
	free(list.members);
	return count;
}

int
cproc_subtree_signal(const struct cproc_subtree *subtree, int number, bool continues,
    struct cproc_subtree_killed *killed)
{
	struct member_list signalled = { 0 };
	ssize_t count = 1;

	*killed = (struct cproc_subtree_killed){ 0 };
	for (int pass = 0; count > 0 && pass < MOST_PASSES; pass++)
		count = signal_pass(subtree, number, continues, &signalled, killed);
	killed->signalled = (unsigned)signalled.count;
	free(signalled.members);
	if (count < 0)
		return -1;
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
