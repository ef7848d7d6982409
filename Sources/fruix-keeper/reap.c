#include "keeper.h"

#include "say.h"

#include <string.h>

#define BATCH 64

static void
fell(struct keeper *keeper, const struct cproc_fallen *fallen)
{
	struct entry *entry = table_find_pid(&keeper->table, fallen->pid);

	/* One whose descriptor nobody has any more is a child like any other. */
	if (entry != NULL && entry->state == CPROC_KEEPER_ALIVE && entry->process < 0) {
		table_end(&keeper->table, entry, CPROC_KEEPER_ENDED_WITH, fallen->status);
		return;
	}
	entry = fallen->first > 0 ? table_find_pid(&keeper->table, fallen->first) : NULL;
	tell_orphan(keeper, fallen->pid, fallen->status, entry != NULL ? entry->identity : 0);
}

void
reap_orphans(struct keeper *keeper)
{
	struct cproc_fallen fallen[BATCH];
	ssize_t count;

	do {
		count = cproc_reap_attributed(keeper->known.pids, keeper->known.count, fallen, BATCH);
		for (ssize_t i = 0; i < count; i++)
			fell(keeper, &fallen[i]);
	} while (count == BATCH);
	if (count < 0)
		say("cannot reap: %s", strerror(errno));
}

void
reap_process(struct keeper *keeper, pid_t pid, int status)
{
	struct entry *entry = table_find_pid(&keeper->table, pid);

	if (entry != NULL)
		table_end(&keeper->table, entry, CPROC_KEEPER_ENDED_WITH, status);
}
