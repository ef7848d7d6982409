#if defined(__linux__) || defined(__FreeBSD__)

#include "members.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "seam.h"

int
append_member(struct member_list *list, pid_t pid, pid_t parent, pid_t first)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
		struct cproc_member *members = realloc(list->members, capacity * sizeof *members);

		if (members == NULL)
			return -1;
		list->members = members;
		list->capacity = capacity;
	}
	list->members[list->count++] = (struct cproc_member){ .pid = pid, .parent = parent, .first = first };
	return 0;
}

bool
is_first(const struct cproc_subtree *subtree, pid_t pid)
{
	for (size_t i = 0; i < subtree->first_count; i++) {
		if (subtree->firsts[i] == pid)
			return true;
	}
	return false;
}

ssize_t
copy_members(const struct member_list *list, struct cproc_member *members, size_t capacity)
{
	size_t shown = list->count < capacity ? list->count : capacity;

	if (shown > 0)
		memcpy(members, list->members, shown * sizeof *members);
	return (ssize_t)list->count;
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
signal_pass(const struct signalling *signalling, struct member_list *signalled, struct cproc_subtree_killed *killed)
{
	struct member_list list = { 0 };
	ssize_t count = signalling->list(signalling->context, &list) < 0 ? -1 : 0;

	for (size_t i = 0; count >= 0 && i < list.count; i++) {
		struct cproc_member member = list.members[signalling->deepest_first ? list.count - 1 - i : i];

		if (was_signalled(signalled, member.pid))
			continue;
		if (signalling->deliver(member, signalling->number) < 0) {
			if (errno != ESRCH && killed->refused == 0) {
				killed->refused = member.pid;
				killed->error = errno;
			}
			continue;
		}
		if (signalling->continues)
			(void)signalling->deliver(member, SIGCONT);
		count = append_member(signalled, member.pid, member.parent, member.first) < 0 ? -1 : count + 1;
	}
	free(list.members);
	return count;
}

int
signal_members(const struct signalling *signalling, struct cproc_subtree_killed *killed)
{
	struct member_list signalled = { 0 };
	ssize_t count = 1;

	*killed = (struct cproc_subtree_killed){ 0 };
	for (int pass = 0; count > 0 && pass < signalling->passes; pass++)
		count = signal_pass(signalling, &signalled, killed);
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

#endif
