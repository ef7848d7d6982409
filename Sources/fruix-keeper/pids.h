#ifndef KEEPER_PIDS_H
#define KEEPER_PIDS_H

#include <stddef.h>
#include <sys/types.h>

/* Pids, ascending: of all that this process has started and not released (cproc_reap_orphans()). */
struct pids {
	pid_t *pids;
	size_t count;
	size_t capacity;
};

/* Makes room for one more, so that pids_add() cannot fail.  -1: ENOMEM. */
int pids_reserve(struct pids *pids);
void pids_add(struct pids *pids, pid_t pid);
void pids_remove(struct pids *pids, pid_t pid);

#endif
