#if defined(__linux__) || defined(__FreeBSD__)

#include "members.h"

#include <stdlib.h>

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

#endif
