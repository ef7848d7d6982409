#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"
#include "../common/members.h"
#include "children.h"
#include "mark.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/seam.h"

/* A living child of the reaper that was adopted, and what tells whose it is. */
struct adopted {
	pid_t pid;
	pid_t first;    /* by which it is marked, if that is known; what it shows besides does not count then */
	pid_t session;
	char *variable; /* the value of FRUIX_SERVICE; NULL */
};

struct cproc_descendants {
	pid_t reaper;
	struct adopted *adopted;
	size_t count;
	size_t capacity;
};

struct cproc_descendants *
cproc_descendants_make(pid_t reaper)
{
	struct cproc_descendants *descendants = calloc(1, sizeof *descendants);

	if (descendants != NULL)
		descendants->reaper = reaper;
	return descendants;
}

static void
forget(struct cproc_descendants *descendants)
{
	for (size_t i = 0; i < descendants->count; i++)
		free(descendants->adopted[i].variable);
	descendants->count = 0;
}

void
cproc_descendants_free(struct cproc_descendants *descendants)
{
	if (descendants == NULL)
		return;
	forget(descendants);
	free(descendants->adopted);
	free(descendants);
}

/* ------------------------------------------------------------------ looking */

/*
 * The environment as the process got it at its exec: it may have cleared its own copy, or be
 * another user's (EACCES).  -1: it cannot be known at present.
 */
static int
read_variable(pid_t pid, char **variable)
{
	static const char name[] = "FRUIX_SERVICE=";
	char path[40], *text = NULL;
	size_t capacity = 0;
	FILE *file;

	*variable = NULL;
	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return is_lack(errno) ? -1 : 0;
	while (*variable == NULL && getdelim(&text, &capacity, '\0', file) > 0) {
		if (strncmp(text, name, sizeof name - 1) != 0)
			continue;
		memmove(text, text + sizeof name - 1, strlen(text) - (sizeof name - 1) + 1);
		*variable = text;
		text = NULL;
	}
	free(text);
	fclose(file);
	return 0;
}

/* Our own child: unlike its stat file, waitid(2) tells a zombie from a process whose first thread has ended. */
static bool
own_child_lives(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof info);
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

/* 1: a child of the reaper lives; 0; -1: it cannot be known at present. */
static int
child_lives(pid_t reaper, pid_t pid)
{
	struct process_stat stat;

	if (reaper == getpid())
		return own_child_lives(pid);
	if (process_stat(pid, &stat) < 0)
		return is_lack(errno) ? -1 : 0;
	return stat.lives && stat.parent == reaper;
}

/* 1: the process lives, and all is known of it that tells whose it is; 0; -1. */
static int
look_at(pid_t reaper, pid_t pid, const pid_t *known, size_t known_count, struct adopted *adopted)
{
	struct process_stat stat;
	int lives = child_lives(reaper, pid);

	if (lives <= 0)
		return lives;
	*adopted = (struct adopted){ .pid = pid };
	errno = 0;
	adopted->first = mark_of(pid);
	if (adopted->first == 0 && is_lack(errno))
		return -1;
	if (adopted->first != 0 && pid_is_in(adopted->first, known, known_count))
		return 1;
	adopted->first = 0;
	if (process_stat(pid, &stat) < 0)
		return is_lack(errno) ? -1 : 0;
	/* The child of cproc_spawn() leads a session of its own. */
	adopted->session = stat.session;
	return read_variable(pid, &adopted->variable) < 0 ? -1 : 1;
}

static int
append_adopted(struct cproc_descendants *descendants, struct adopted adopted)
{
	if (descendants->count == descendants->capacity) {
		size_t capacity = descendants->capacity == 0 ? 16 : 2 * descendants->capacity;
		struct adopted *all = realloc(descendants->adopted, capacity * sizeof *all);

		if (all == NULL) {
			free(adopted.variable);
			return -1;
		}
		descendants->adopted = all;
		descendants->capacity = capacity;
	}
	descendants->adopted[descendants->count++] = adopted;
	return 0;
}

/* Nearly always nothing was adopted, and this reads one short file: the first thread of a reaper forks nothing (cproc_run()). */
int
cproc_descendants_look(struct cproc_descendants *descendants, const pid_t *known, size_t known_count)
{
	struct pid_list children = { 0 };
	int result = children_of_first_thread(descendants->reaper, &children);

	forget(descendants);
	for (size_t i = 0; result >= 0 && i < children.count; i++) {
		struct adopted adopted;

		if (pid_is_in(children.pids[i], known, known_count))
			continue;
		result = look_at(descendants->reaper, children.pids[i], known, known_count, &adopted);
		if (result > 0)
			result = append_adopted(descendants, adopted);
	}
	pid_list_free(&children);
	return result < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------ members */

/* *first as in struct cproc_member. */
static bool
belongs(const struct cproc_subtree *subtree, const struct adopted *adopted, pid_t *first)
{
	*first = adopted->first;
	/* What is marked by a process that is still held is of that one's service, whatever else it shows. */
	if (adopted->first != 0)
		return is_first(subtree, adopted->first);
	if (subtree->mark != NULL && adopted->variable != NULL && strcmp(adopted->variable, subtree->mark) == 0)
		return true;
	*first = adopted->session;
	return is_first(subtree, adopted->session);
}

/* The children of the reaper from which the subtree hangs: living first processes, and what was adopted. */
static int
append_roots(const struct cproc_descendants *descendants, const struct cproc_subtree *subtree, struct member_list *list)
{
	pid_t first, reaper = descendants->reaper;
	int result = 0;

	for (size_t i = 0; result >= 0 && i < subtree->first_count; i++) {
		first = subtree->firsts[i];
		result = child_lives(reaper, first);
		if (result > 0)
			result = append_member(list, first, reaper, first);
	}
	for (size_t i = 0; result >= 0 && i < descendants->count; i++) {
		if (belongs(subtree, &descendants->adopted[i], &first))
			result = append_member(list, descendants->adopted[i].pid, reaper, first);
	}
	return result;
}

static int
append_strangers(const struct cproc_subtree *subtree, struct member_list *list)
{
	for (size_t i = 0; i < subtree->stranger_count; i++) {
		pid_t pid = subtree->strangers[i];
		struct process_stat stat;

		if (process_stat(pid, &stat) < 0) {
			if (is_lack(errno))
				return -1;
		} else if (stat.lives && append_member(list, pid, stat.parent, pid) < 0) {
			return -1;
		}
	}
	return 0;
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
collect(const struct cproc_descendants *descendants, const struct cproc_subtree *subtree, struct member_list *list)
{
	if (append_roots(descendants, subtree, list) < 0 || append_strangers(subtree, list) < 0)
		return -1;
	/* The list grows while it is walked: breadth first. */
	for (size_t i = 0; i < list->count; i++) {
		if (append_living_children(list, list->members[i]) < 0)
			return -1;
	}
	return 0;
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

/* A list of children, a directory of threads, and what is read of a process: all of it below /proc. */
unsigned
cproc_descendants_descriptors(void)
{
	return 4;
}

/* ------------------------------------------------------------------ signals */

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

struct search {
	struct cproc_descendants *descendants;
	const struct cproc_subtree *subtree;
	const pid_t *known;
	size_t known_count;
};

static int
look_and_collect(void *context, struct member_list *list)
{
	const struct search *search = context;

	if (cproc_descendants_look(search->descendants, search->known, search->known_count) < 0)
		return -1;
	return collect(search->descendants, search->subtree, list);
}

int
cproc_descendants_signal(struct cproc_descendants *descendants, const pid_t *known, size_t known_count,
    const struct cproc_subtree *subtree, int number, bool continues, struct cproc_subtree_killed *killed)
{
	struct search search = { descendants, subtree, known, known_count };
	const struct signalling signalling = {
		.number = number,
		.continues = continues,
		/*
		 * Whoever forks faster than so many passes is met again when the supervisor looks whether
		 * anything is left.
		 */
		.passes = number == SIGKILL ? 32 : 1,
		.deepest_first = subtree->stranger_count > 0,
		.list = look_and_collect,
		.deliver = signal_member,
		.context = &search,
	};

	return signal_members(&signalling, killed);
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
	if (children_of_first_thread(getpid(), &children) < 0 && count == 0)
		count = -1;
	for (size_t i = 0; count >= 0 && i < children.count && (size_t)count < capacity; i++) {
		if (!pid_is_in(children.pids[i], known, known_count))
			count += reap(children.pids[i], &orphans[count]);
	}
	pid_list_free(&children);
	return count;
}

#endif
