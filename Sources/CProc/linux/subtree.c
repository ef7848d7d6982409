#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"
#include "../common/members.h"
#include "children.h"
#include "mark.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * The environment as the process got it at its exec: it may have cleared its own copy, or be
 * another user's (EACCES).  1 or 0; -1: it cannot be known at present.
 */
static int
has_variable(pid_t pid, const char *mark)
{
	char path[40], *text = NULL;
	size_t capacity = 0;
	ssize_t length;
	int found = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return is_lack(errno) ? -1 : 0;
	while (!found && (length = getdelim(&text, &capacity, '\0', file)) > 0)
		found = strncmp(text, "FRUIX_SERVICE=", 14) == 0 && strcmp(text + 14, mark) == 0;
	free(text);
	fclose(file);
	return found;
}

/*
 * Whether an adopted process belongs to the subtree: 1 or 0; -1: it cannot be known at present.  *first as in struct
 * cproc_member.
 */
static int
belongs(const struct cproc_subtree *subtree, pid_t pid, pid_t *first)
{
	pid_t mark;
	struct process_stat stat;
	int marked;

	*first = 0;
	errno = 0;
	mark = mark_of(pid);
	if (mark == 0 && is_lack(errno))
		return -1;
	if (mark != 0 && pid_is_in(mark, subtree->known, subtree->known_count)) {
		/*
		 * What is marked by another service's process that we still hold is that service's,
		 * whatever else it shows.
		 */
		*first = mark;
		return is_first(subtree, mark);
	}
	marked = subtree->mark != NULL ? has_variable(pid, subtree->mark) : 0;
	if (marked != 0)
		return marked;
	if (process_stat(pid, &stat) < 0)
		return is_lack(errno) ? -1 : 0;
	/* The child of cproc_spawn() leads a session of its own. */
	if (!is_first(subtree, stat.session))
		return 0;
	*first = stat.session;
	return 1;
}

/* Our own child: unlike its stat file, waitid(2) tells a zombie from a process whose first thread has ended. */
static bool
child_lives(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof info);
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

/* The direct children of ours from which the subtree hangs: living first processes, and what was adopted. */
static int
append_roots(const struct cproc_subtree *subtree, struct member_list *list)
{
	struct pid_list children = { 0 };
	pid_t first, self = getpid();
	int result = children_of_first_thread(&children);

	for (size_t i = 0; result == 0 && i < subtree->first_count; i++) {
		first = subtree->firsts[i];
		if (child_lives(first))
			result = append_member(list, first, self, first);
	}
	for (size_t i = 0; result == 0 && i < children.count; i++) {
		pid_t pid = children.pids[i];

		if (pid_is_in(pid, subtree->known, subtree->known_count))
			continue;
		if (!child_lives(pid))
			continue;
		result = belongs(subtree, pid, &first);
		if (result > 0)
			result = append_member(list, pid, self, first);
	}
	pid_list_free(&children);
	return result;
}

static int
append_living_children(struct member_list *list, struct cproc_member parent)
{
	struct pid_list children = { 0 };
	int result = children_of(parent.pid, &children);

	for (size_t i = 0; result == 0 && i < children.count; i++) {
		struct process_stat stat;

		if (process_stat(children.pids[i], &stat) < 0)
			result = is_lack(errno) ? -1 : 0;
		/* The parent is looked at again: the pid may have been another's meanwhile. */
		else if (stat.lives && stat.parent == parent.pid)
			result = append_member(list, children.pids[i], parent.pid, parent.first);
	}
	pid_list_free(&children);
	return result;
}

static int
collect(const struct cproc_subtree *subtree, struct member_list *list)
{
	if (append_roots(subtree, list) < 0)
		return -1;
	/* The list grows while it is walked: breadth first. */
	for (size_t i = 0; i < list->count; i++) {
		if (append_living_children(list, list->members[i]) < 0)
			return -1;
	}
	return 0;
}

ssize_t
cproc_subtree_list(const struct cproc_subtree *subtree, struct cproc_member *members, size_t capacity)
{
	struct member_list list = { 0 };
	ssize_t count = -1;

	if (collect(subtree, &list) == 0) {
		size_t shown = list.count < capacity ? list.count : capacity;

		count = (ssize_t)list.count;
		if (shown > 0)
			memcpy(members, list.members, shown * sizeof *members);
	}
	free(list.members);
	return count;
}

/*
 * A child of ours keeps its pid until we reap it.  Any other may end and its pid be given to a stranger:
 * the descriptor holds on to whoever has the pid now, and the parent tells whether that is still the one we mean.
 */
static int
signal_member(struct cproc_member member, int number)
{
	struct process_stat stat;
	int descriptor, result, error;

	if (member.parent == getpid())
		return kill(member.pid, number);
	descriptor = (int)syscall(SYS_pidfd_open, member.pid, 0);
	if (descriptor < 0)
		return -1;
	if (process_stat(member.pid, &stat) == 0 && stat.parent == member.parent) {
		result = (int)syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0);
	} else {
		errno = ESRCH;
		result = -1;
	}
	error = errno;
	close(descriptor);
	errno = error;
	return result;
}

/* A list of children, a directory of threads, and what is read of a process: all of it below /proc. */
unsigned
cproc_subtree_descriptors(void)
{
	return 4;
}

static bool
was_signalled(const struct pid_list *signalled, pid_t pid)
{
	for (size_t i = 0; i < signalled->count; i++) {
		if (signalled->pids[i] == pid)
			return true;
	}
	return false;
}

/* Returns how many processes got the signal that had not got it before; -1: the list could not be made. */
static ssize_t
signal_pass(const struct cproc_subtree *subtree, int number, bool continues, struct pid_list *signalled,
    struct cproc_subtree_killed *killed)
{
	struct member_list list = { 0 };
	ssize_t count = collect(subtree, &list) < 0 ? -1 : 0;

	for (size_t i = 0; count >= 0 && i < list.count; i++) {
		struct cproc_member member = list.members[i];

		if (was_signalled(signalled, member.pid))
			continue;
		if (signal_member(member, number) < 0) {
			if (errno != ESRCH && killed->refused == 0) {
				killed->refused = member.pid;
				killed->error = errno;
			}
			continue;
		}
		if (continues)
			(void)signal_member(member, SIGCONT);
		count = pid_list_append(signalled, member.pid) < 0 ? -1 : count + 1;
	}
	free(list.members);
	return count;
}

int
cproc_subtree_signal(const struct cproc_subtree *subtree, int number, bool continues,
    struct cproc_subtree_killed *killed)
{
	/*
	 * Whoever forks faster than so many passes is met again when the supervisor looks whether
	 * anything is left.
	 */
	int passes = number == SIGKILL ? 32 : 1;
	struct pid_list signalled = { 0 };
	ssize_t count = 1;

	*killed = (struct cproc_subtree_killed){ 0 };
	while (count > 0 && passes-- > 0)
		count = signal_pass(subtree, number, continues, &signalled, killed);
	killed->signalled = (unsigned)signalled.count;
	pid_list_free(&signalled);
	if (count < 0)
		return -1;
	if (killed->signalled == 0 && killed->refused == 0) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

/* 1: reaped into *orphan; 0: it still runs. */
static int
reap(pid_t pid, struct cproc_orphan *orphan)
{
	pid_t reaped = waitpid(pid, &orphan->status, WNOHANG);

	if (reaped <= 0)
		return 0;
	orphan->pid = reaped;
	return 1;
}

/* The pid of a child of any thread that has ended and is not reaped; 0: there is none. */
static pid_t
any_zombie(void)
{
	siginfo_t info;

	memset(&info, 0, sizeof info);
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == ECHILD ? 0 : -1;
	return info.si_pid;
}

/*
 * waitpid(-1) would take the status of processes that have a descriptor.  So the kernel is asked
 * who has ended before that is reaped; behind a dead one that has a descriptor this way cannot
 * look: then each adopted child is asked.
 */
ssize_t
cproc_reap_orphans(const pid_t *known, size_t known_count, struct cproc_orphan *orphans, size_t capacity)
{
	struct pid_list children = { 0 };
	ssize_t count = 0;
	pid_t zombie;

	while ((zombie = any_zombie()) > 0 && (size_t)count < capacity && !pid_is_in(zombie, known, known_count)) {
		if (reap(zombie, &orphans[count]) == 0)
			break;
		count++;
	}
	if (zombie <= 0)
		return zombie < 0 && count == 0 ? -1 : count;
	if (children_of_first_thread(&children) < 0 && count == 0)
		count = -1;
	for (size_t i = 0; count >= 0 && i < children.count && (size_t)count < capacity; i++) {
		if (!pid_is_in(children.pids[i], known, known_count))
			count += reap(children.pids[i], &orphans[count]);
	}
	pid_list_free(&children);
	return count;
}

#endif
