#ifndef CPROC_FREEBSD_PROCESS_TABLE_H
#define CPROC_FREEBSD_PROCESS_TABLE_H

#include <sys/types.h>
#include <sys/user.h>
#include <stdbool.h>
#include <stddef.h>

/* All processes at one moment, in memory that the caller frees; NULL. */
struct kinfo_proc *process_table(size_t *count);
/* Not a zombie: that has let go of its files already. */
bool process_lives(const struct kinfo_proc *info);

struct procctl_reaper_pidinfo;

/* All descendants of a reaper, in memory that the caller frees, or has filled again. */
struct reaper_list {
	struct procctl_reaper_pidinfo *pids;
	size_t count;
	size_t capacity;
};

/*
 * -1: and none.  More may appear between the question how many and the one which, so that room is left, and it is asked again as
 * long as the answer fills all of it.
 */
int reaper_list(pid_t reaper, struct reaper_list *list);

#endif
