#include "keeper.h"

#include "say.h"

#include <stdlib.h>
#include <string.h>

/* Unpacks the block behind the label, and forks.  0, or -1 with errno and *call. */
static int
launch(struct keeper *keeper, const struct cproc_message *message, struct cproc_spawned *spawned)
{
	const char *block = (const char *)message->payload + sizeof(struct cproc_keeper_start);
	size_t size = message->header.size - sizeof(struct cproc_keeper_start);
	struct cproc_launch_descriptors descriptors = {
		.numbers = message->descriptors, .count = message->header.descriptors, .null = keeper->null,
	};
	ssize_t need = cproc_launch_scratch(block, size);
	struct cproc_spawn request;
	void *scratch;
	int result, error;

	spawned->call = "launch block";
	if (need < 0)
		return -1;
	scratch = malloc((size_t)need);
	if (scratch == NULL)
		return -1;
	result = cproc_launch_unpack(block, size, &descriptors, scratch, (size_t)need, &request);
	if (result == 0)
		result = cproc_spawn(&request, spawned);
	error = errno;
	free(scratch);
	errno = error;
	return result;
}

static void
give_away(struct keeper *keeper, uint64_t identity, const struct cproc_spawned *spawned)
{
	struct entry *entry = table_find(&keeper->table, identity);
	struct cproc_keeper_number pid = { .number = spawned->pid };
	int descriptors[2] = { spawned->process, spawned->report };

	tell_send(keeper, CPROC_KEEPER_STARTED, identity, &pid, sizeof pid, descriptors, 2);
	(void)cproc_close(spawned->report);
	if (!cproc_parent_alone_learns_ends()) {
		(void)cproc_close(spawned->process);
		return;
	}
	entry->process = spawned->process;
	if (cproc_queue_watch_exit(keeper->queue, entry->process, TOKEN_PROCESS + (uint64_t)entry->pid) < 0)
		say("cannot watch process %d: %s", (int)entry->pid, strerror(errno));
}

void
starter_flush(struct keeper *keeper)
{
	struct fresh *fresh = &keeper->fresh;

	if (fresh->count == 0)
		return;
	/* The holder first: from then on the supervisor may die. */
	custody_hold(keeper, fresh);
	for (unsigned i = 0; i < fresh->count; i++)
		give_away(keeper, fresh->identities[i], &fresh->spawned[i]);
	fresh->count = 0;
}

/* The answers to several starts come in their order. */
static void
refuse(struct keeper *keeper, uint64_t identity, int error, const char *call)
{
	starter_flush(keeper);
	tell_failed(keeper, CPROC_KEEPER_FAILED, identity, CPROC_KEEPER_START, error, call);
}

void
starter_start(struct keeper *keeper, struct cproc_message *message)
{
	uint64_t identity = message->header.identity;
	struct fresh *fresh = &keeper->fresh;
	struct cproc_spawned spawned;
	struct entry *entry;

	/* The label is the first of the payload, and ends in time. */
	entry = table_add(&keeper->table, identity, message->payload);
	if (entry == NULL || pids_reserve(&keeper->known) < 0) {
		int error = errno;

		if (entry != NULL)
			table_remove(&keeper->table, entry);
		refuse(keeper, identity, error, "table");
		return;
	}
	if (launch(keeper, message, &spawned) < 0) {
		int error = errno;

		table_remove(&keeper->table, entry);
		refuse(keeper, identity, error, spawned.call);
		return;
	}
	pids_add(&keeper->known, spawned.pid);
	table_set_pid(&keeper->table, entry, spawned.pid);
	fresh->spawned[fresh->count] = spawned;
	fresh->identities[fresh->count++] = identity;
	if (fresh->count == FRESH_MOST)
		starter_flush(keeper);
}

int
starter_run_own(struct keeper *keeper, int program, const char *const arguments[], int handed,
    struct cproc_spawned *spawned)
{
	static const char *const environment[] = { NULL };
	const int number = STARTER_HANDED + 1;
	const struct cproc_promise promises[] = {
		{ 0, keeper->null }, { 1, keeper->null }, { 2, 2 }, { STARTER_HANDED, handed }, { number, program },
	};
	const struct cproc_spawn request = {
		.arguments = arguments,
		.environment = environment,
		.directory = "/",
		.promises = promises,
		.promise_count = sizeof promises / sizeof promises[0],
		.mask = 077,
		.program = number,
		.flags = CPROC_PROGRAM_DESCRIPTOR,
	};

	spawned->call = "malloc";
	return pids_reserve(&keeper->known) < 0 ? -1 : cproc_spawn(&request, spawned);
}
