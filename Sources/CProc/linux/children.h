#ifndef CPROC_CHILDREN_H
#define CPROC_CHILDREN_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pid_list {
	pid_t *pids;
	size_t count;
	size_t capacity;
};

int pid_list_append(struct pid_list *list, pid_t pid);
void pid_list_free(struct pid_list *list);
/* In an ascending array. */
bool pid_is_in(pid_t pid, const pid_t *pids, size_t count);

/*
 * Appends the children of another process, zombies included.  It may miss one while others come and
 * go: ask again when it matters. -1: out of memory, or /proc is not there.
 */
int children_of(pid_t parent, struct pid_list *list);

/*
 * Appends the children of a reaper's first thread, zombies included: all that were adopted,
 * because the kernel gives orphans to that thread (kernel/exit.c, find_new_reaper), and those that
 * this thread has started itself.  Complete.
 */
int children_of_first_thread(pid_t reaper, struct pid_list *list);

/* The reading failed for want of something, and says nothing about what was to be read. */
static inline bool
is_lack(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

struct process_stat {
	pid_t parent;
	pid_t session;
	int64_t start; /* in ticks of the clock since the boot */
	bool lives; /* neither a zombie nor gone */
};

/* -1: there is no such process, or with an errno for which is_lack() holds, it cannot be known at present. */
int process_stat(pid_t pid, struct process_stat *stat);

#endif
