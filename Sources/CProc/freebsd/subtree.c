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

struct cproc_descendants {
	pid_t reaper;
	struct reaper_list list; /* its memory is used again by the next look */
};

struct cproc_descendants *
cproc_descendants_make(pid_t reaper)
{
	struct cproc_descendants *descendants = calloc(1, sizeof *descendants);

	if (descendants != NULL)
		descendants->reaper = reaper;
	return descendants;
}

void
cproc_descendants_free(struct cproc_descendants *descendants)
{
	if (descendants == NULL)
		return;
	free(descendants->list.pids);
	free(descendants);
}

/* ------------------------------------------------------------------ looking */

static int
make_room(struct reaper_list *list, size_t capacity)
{
	struct procctl_reaper_pidinfo *pids = realloc(list->pids, capacity * sizeof *pids);

	if (pids == NULL)
		return -1;
	list->pids = pids;
	list->capacity = capacity;
	return 0;
}

/* How many there are is asked once; from then on it is known from the list before. */
int
reaper_list(pid_t reaper, struct reaper_list *list)
{
	struct procctl_reaper_status status = { 0 };
	struct procctl_reaper_pids request = { 0 };

	list->count = 0;
	if (list->capacity == 0 && (procctl(P_PID, reaper, PROC_REAP_STATUS, &status) < 0 ||
	    make_room(list, (size_t)status.rs_descendants + 16) < 0))
		return -1;
	for (;;) {
		/* Zeroed, so that what the kernel did not fill lacks REAPER_PIDINFO_VALID. */
		memset(list->pids, 0, list->capacity * sizeof *list->pids);
		request.rp_count = (u_int)list->capacity;
		request.rp_pids = list->pids;
		if (procctl(P_PID, reaper, PROC_REAP_GETPIDS, &request) < 0)
			return -1;
		for (list->count = 0; list->count < list->capacity; list->count++) {
			if ((list->pids[list->count].pi_flags & REAPER_PIDINFO_VALID) == 0)
				return 0;
		}
		list->count = 0;
		if (make_room(list, 2 * list->capacity) < 0)
			return -1;
	}
}

int
cproc_descendants_look(struct cproc_descendants *descendants, const pid_t *known, size_t known_count)
{
	(void)known;
	(void)known_count;
	return reaper_list(descendants->reaper, &descendants->list);
}

static bool
lists(const struct reaper_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->pids[i].pi_pid == pid)
			return true;
	}
	return false;
}

/*
 * The kernel counts first and lists then, and lets go of its lock between: of what is forked meanwhile as many of the oldest are
 * left out at the end (docs/FREEBSD.md).  What descends from a process is listed before it, and those that the subtree begins
 * with are there as long as their descriptors are open: a list that has them lacks nothing of them.
 */
static int
make_whole(struct cproc_descendants *descendants, const struct cproc_subtree *subtree)
{
	for (int attempt = 1;; attempt++) {
		size_t found = 0;

		while (found < subtree->first_count && lists(&descendants->list, subtree->firsts[found]))
			found++;
		if (found == subtree->first_count || attempt == MOST_LISTS)
			return 0;
		if (reaper_list(descendants->reaper, &descendants->list) < 0)
			return -1;
	}
}

/* ------------------------------------------------------------------ members */

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

/*
 * What lies below a process by its parents: that of a dead reaper, which stays the parent of its orphans until it is reaped, and
 * that of a stranger.  Nobody here hears of their ends: SIGCHLD goes to somebody else.
 */
static int
collect_below(pid_t process, pid_t first, struct member_list *list)
{
	size_t total, next = list->count;
	int result = 0;
	pid_t parent = process;
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

static int collect_below_reaper(pid_t reaper, pid_t first, int depth, struct member_list *list);

/* One that is listed, and what it hides. */
static int
collect_listed(const struct procctl_reaper_pidinfo *process, pid_t first, int depth, struct member_list *list)
{
	bool is_reaper = (process->pi_flags & REAPER_PIDINFO_REAPER) != 0;
	pid_t parent;
	int result;

	if (!lives(process, &parent))
		return is_reaper ? collect_below(process->pi_pid, first, list) : 0;
	result = append_member(list, process->pi_pid, parent, first);
	if (result == 0 && is_reaper && depth < DEEPEST_REAPER)
		result = collect_below_reaper(process->pi_pid, first, depth + 1, list);
	return result;
}

/* The living ones below a reaper that belongs to a service, as all of them do. */
static int
collect_below_reaper(pid_t reaper, pid_t first, int depth, struct member_list *list)
{
	struct reaper_list below = { 0 };
	int result = reaper_list(reaper, &below);

	if (result < 0 && errno != ENOMEM) {
		/* It may have gone or given up meanwhile, and is no business of an unprivileged supervisor's. */
		result = 0;
		below.count = 0;
	}
	/*
	 * Of a process that is no reaper the kernel lists those of *its* reaper, all services with it: timeout(1) gives up
	 * being one before it ends.  A reaper is never in its own list.  What was below it is found by the next pass.
	 */
	if (result == 0 && lists(&below, reaper))
		below.count = 0;
	for (size_t i = 0; result == 0 && i < below.count; i++)
		result = collect_listed(&below.pids[i], first, depth, list);
	free(below.pids);
	return result;
}

static int
collect_strangers(const struct cproc_subtree *subtree, struct member_list *list)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < subtree->stranger_count; i++) {
		struct procctl_reaper_pidinfo stranger = { .pi_pid = subtree->strangers[i] };
		pid_t parent;

		if (!lives(&stranger, &parent))
			continue;
		result = append_member(list, stranger.pi_pid, parent, stranger.pi_pid);
		if (result == 0)
			result = collect_below(stranger.pi_pid, stranger.pi_pid, list);
	}
	return result;
}

static int
collect(struct cproc_descendants *descendants, const struct cproc_subtree *subtree, struct member_list *list)
{
	const struct reaper_list *all = &descendants->list;

	if (make_whole(descendants, subtree) < 0)
		return -1;
	for (size_t i = 0; i < all->count; i++) {
		pid_t first = all->pids[i].pi_subtree;

		if (is_first(subtree, first) && collect_listed(&all->pids[i], first, 0, list) < 0)
			return -1;
	}
	return collect_strangers(subtree, list);
}

ssize_t
cproc_descendants_members(struct cproc_descendants *descendants, const struct cproc_subtree *subtree,
    struct cproc_member *members, size_t capacity)
{
	struct member_list list = { 0 };
	ssize_t count = -1;

	if (collect(descendants, subtree, &list) == 0)
		count = copy_members(&list, members, capacity);
	free(list.members);
	return count;
}

/* procctl(2) and sysctl(3) take none. */
unsigned
cproc_descendants_descriptors(void)
{
	return 0;
}

/* ------------------------------------------------------------------ signals */

/*
 * By pid: there is no descriptor of what a service has started by itself.  Whoever adopted or made it may reap it at any moment, so
 * that its parent is still the same is asked directly before.
 */
static int
signal_member(struct cproc_member member, int number)
{
	struct procctl_reaper_pidinfo process = { .pi_pid = member.pid };
	pid_t parent;

	if (lives(&process, &parent) && parent == member.parent)
		return kill(member.pid, number);
	errno = ESRCH;
	return -1;
}

struct search {
	struct cproc_descendants *descendants;
	const struct cproc_subtree *subtree;
};

static int
look_and_collect(void *context, struct member_list *list)
{
	const struct search *search = context;

	if (cproc_descendants_look(search->descendants, NULL, 0) < 0)
		return -1;
	return collect(search->descendants, search->subtree, list);
}

int
cproc_descendants_signal(struct cproc_descendants *descendants, const pid_t *known, size_t known_count,
    const struct cproc_subtree *subtree, int number, bool continues, struct cproc_subtree_killed *killed)
{
	struct search search = { descendants, subtree };
	const struct signalling signalling = {
		.number = number,
		.continues = continues,
		.passes = MOST_PASSES,
		.deepest_first = subtree->stranger_count > 0,
		.list = look_and_collect,
		.deliver = signal_member,
		.context = &search,
	};

	(void)known;
	(void)known_count;
	return signal_members(&signalling, killed);
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
