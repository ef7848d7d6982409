#include "keeper.h"

#include "say.h"

#include <stdio.h>
#include <string.h>

void
tell_send(struct keeper *keeper, enum cproc_keeper_type type, uint64_t identity, const void *payload, size_t size,
    const int *descriptors, unsigned count)
{
	struct supervisor *supervisor = &keeper->supervisor;
	struct cproc_keeper_header header = {
		.size = (uint32_t)size, .type = (uint16_t)type, .descriptors = (uint16_t)count, .identity = identity,
	};

	/* Who is not there finds all of it in the table, later. */
	if (!supervisor->greeted || supervisor->is_dumb || supervisor->channel == NULL)
		return;
	if (cproc_channel_send(supervisor->channel, &header, payload, descriptors) == 0)
		return;
	if (errno == EPIPE || errno == ECONNRESET) {
		supervisor->is_dumb = true;
		supervisor->kill_at = keeper_now() + SECOND;
		return;
	}
	say("cannot send to the supervisor: %s", strerror(errno));
	supervisor_doom(keeper, CPROC_KEEPER_BROKE, "would not learn something");
}

void
tell_failed(struct keeper *keeper, enum cproc_keeper_type type, uint64_t identity, enum cproc_keeper_type what,
    int error, const char *call)
{
	struct cproc_keeper_failed failed = { .error = error, .message = what };

	(void)snprintf(failed.call, sizeof failed.call, "%s", call);
	tell_send(keeper, type, identity, &failed, sizeof failed, NULL, 0);
}

void
tell_welcome(struct keeper *keeper)
{
	struct cproc_keeper_welcome welcome = keeper->supervisor.welcome;

	welcome.version = CPROC_KEEPER_VERSION;
	welcome.keeper = cproc_pid();
	welcome.number = keeper->supervisor.number;
	tell_send(keeper, CPROC_KEEPER_WELCOME, 0, &welcome, sizeof welcome, NULL, 0);
}

void
tell_orphan(struct keeper *keeper, pid_t pid, int status, uint64_t identity)
{
	struct orphans *orphans = &keeper->orphans;
	size_t at = (orphans->first + orphans->count) % ORPHANS_MOST;

	if (orphans->count == ORPHANS_MOST) {
		orphans->missed++;
		return;
	}
	orphans->orphans[at] = (struct cproc_keeper_orphan){ .pid = pid, .status = status, .missed = orphans->missed };
	orphans->identities[at] = identity;
	orphans->missed = 0;
	orphans->count++;
}

static void
tell_entry(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;
	struct entry *entry = table_at_least(&keeper->table, supervisor->table_from);
	struct cproc_keeper_entry told = { 0 };

	if (entry == NULL) {
		tell_send(keeper, CPROC_KEEPER_TABLE_END, 0, NULL, 0, NULL, 0);
		supervisor->table_told = true;
		return;
	}
	told.pid = entry->pid;
	told.state = entry->state;
	told.status = entry->status;
	(void)snprintf(told.label, sizeof told.label, "%s", entry->label);
	table_told(&keeper->table, entry);
	tell_send(keeper, CPROC_KEEPER_ENTRY, entry->identity, &told, sizeof told, NULL, 0);
	supervisor->table_from = entry->identity + 1;
	/* The largest number of all has nothing behind it. */
	if (supervisor->table_from == 0) {
		tell_send(keeper, CPROC_KEEPER_TABLE_END, 0, NULL, 0, NULL, 0);
		supervisor->table_told = true;
	}
}

static void
tell_end(struct keeper *keeper, const struct entry *entry)
{
	struct cproc_keeper_ended ended = { .status = entry->status, .state = entry->state };

	tell_send(keeper, CPROC_KEEPER_ENDED, entry->identity, &ended, sizeof ended, NULL, 0);
}

/* The next that is to be told; false: nothing. */
static bool
tell_next(struct keeper *keeper)
{
	struct orphans *orphans = &keeper->orphans;
	struct entry *entry;

	if (!keeper->supervisor.table_told) {
		tell_entry(keeper);
		return true;
	}
	entry = table_take_untold(&keeper->table);
	if (entry != NULL) {
		tell_end(keeper, entry);
		return true;
	}
	if (orphans->count == 0)
		return false;
	tell_send(keeper, CPROC_KEEPER_ORPHAN, orphans->identities[orphans->first], &orphans->orphans[orphans->first],
	    sizeof orphans->orphans[0], NULL, 0);
	orphans->first = (orphans->first + 1) % ORPHANS_MOST;
	orphans->count--;
	return true;
}

static bool
takes_more(const struct supervisor *supervisor)
{
	return supervisor->greeted && !supervisor->is_dumb && supervisor->channel != NULL &&
	    cproc_channel_backlog(supervisor->channel) < BACKLOG_MOST;
}

void
tell_pump(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;
	int progress = CPROC_CHANNEL_DONE;
	unsigned interest;

	if (supervisor->channel == NULL)
		return;
	if (!supervisor->is_dumb) {
		progress = cproc_channel_flush(supervisor->channel);
		while (progress == CPROC_CHANNEL_DONE && takes_more(supervisor) && tell_next(keeper))
			progress = cproc_channel_flush(supervisor->channel);
		if (progress < 0) {
			supervisor->is_dumb = true;
			supervisor->kill_at = sooner(supervisor->kill_at, keeper_now() + SECOND);
		}
	}
	if (progress == CPROC_CHANNEL_RETRIES)
		keeper->retry_at = sooner(keeper->retry_at, keeper_now() + SECOND / 100);
	interest = (requests_allowed(keeper) ? CPROC_READY_READ : 0u) |
	    (progress == CPROC_CHANNEL_WAITS && !supervisor->is_dumb ? CPROC_READY_WRITE : 0u);
	if (cproc_queue_watch(keeper->queue, cproc_channel_socket(supervisor->channel), supervisor->interest, interest,
	    TOKEN_SUPERVISOR) == 0)
		supervisor->interest = interest;
	else
		say("cannot watch the supervisor's socket: %s", strerror(errno));
}
