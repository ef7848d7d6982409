#ifndef CPROC_COMMON_MEMBERS_H
#define CPROC_COMMON_MEMBERS_H

#include "CProc.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Members of a subtree, in memory that the caller frees. */
struct member_list {
	struct cproc_member *members;
	size_t count;
	size_t capacity;
};

/* -1: no memory; the list is as it was. */
int append_member(struct member_list *list, pid_t pid, pid_t parent, pid_t first);
/* Whether the process is one of those that the subtree begins with. */
bool is_first(const struct cproc_subtree *subtree, pid_t pid);
/* Copies what fits; returns how many there are. */
ssize_t copy_members(const struct member_list *list, struct cproc_member *members, size_t capacity);

/*
 * cproc_descendants_signal(): passes over the members, each listed anew, until one finds nobody new.  list() replaces the list, -1: it
 * cannot be made; deliver() signals one member.
 */
struct signalling {
	int number;
	bool continues;
	int passes; /* at most so many */
	/* The deepest first: what is left of a stranger is not found any more once that has gone. */
	bool deepest_first;
	int (*list)(void *context, struct member_list *list);
	int (*deliver)(struct cproc_member member, int number);
	void *context;
};

int signal_members(const struct signalling *signalling, struct cproc_subtree_killed *killed);

#endif
