#include "keeper.h"

#include "say.h"

#include <string.h>

/* One message's fixed part; false: it is shorter. */
static bool
take_payload(const struct cproc_message *message, void *payload, size_t size)
{
	if (message->header.size < size)
		return false;
	memcpy(payload, message->payload, size);
	return true;
}

static bool
is_label(const char label[CPROC_KEEPER_NAME_SIZE])
{
	return memchr(label, '\0', CPROC_KEEPER_NAME_SIZE) != NULL;
}

static bool
hello(struct keeper *keeper, const struct cproc_message *message)
{
	struct cproc_keeper_hello said;
	struct supervisor *supervisor = &keeper->supervisor;

	if (supervisor->greeted || !take_payload(message, &said, sizeof said))
		return false;
	supervisor->greeted = true;
	supervisor->met = true;
	supervisor->hello_by = NEVER;
	if (said.version < CPROC_KEEPER_VERSION)
		say("the supervisor speaks version %u of the protocol, this keeper %u", said.version, CPROC_KEEPER_VERSION);
	tell_welcome(keeper);
	custody_connect(keeper);
	supervisor_pass_kept(keeper);
	return true;
}

/* From here on the process is as any orphan, should it still live. */
static bool
known(struct keeper *keeper, uint64_t identity)
{
	struct entry *entry = table_find(&keeper->table, identity);

	if (entry == NULL)
		return true; /* said twice, by a supervisor and its successor */
	custody_drop(keeper, identity);
	if (entry->pid > 0)
		pids_remove(&keeper->known, entry->pid);
	table_remove(&keeper->table, entry);
	return true;
}

static bool
send_signal(struct keeper *keeper, const struct cproc_message *message)
{
	struct cproc_keeper_number number;
	struct entry *entry = table_find(&keeper->table, message->header.identity);

	if (!take_payload(message, &number, sizeof number))
		return false;
	if (entry == NULL || entry->state != CPROC_KEEPER_ALIVE)
		return true;
	if (entry->process >= 0)
		(void)cproc_process_signal(entry->process, number.number);
	else if (!cproc_is_child(entry->pid))
		/* With its last descriptor the kernel has reaped it, and nobody learns how it ended. */
		table_end(&keeper->table, entry, CPROC_KEEPER_ENDED_SOMEHOW, 0);
	else if (number.number != 0)
		(void)cproc_child_signal(entry->pid, number.number);
	return true;
}

static bool
foreign(struct keeper *keeper, const struct cproc_message *message)
{
	struct cproc_keeper_foreign said;
	struct entry *entry;

	if (!take_payload(message, &said, sizeof said) || !is_label(said.label) || message->header.identity == 0)
		return false;
	entry = table_add(&keeper->table, message->header.identity, said.label);
	if (entry == NULL) {
		tell_failed(keeper, CPROC_KEEPER_FAILED, message->header.identity, CPROC_KEEPER_FOREIGN, errno, "table");
		return true;
	}
	entry->pid = said.pid;
	entry->state = CPROC_KEEPER_NOT_OURS;
	return true;
}

static bool
start(struct keeper *keeper, struct cproc_message *message)
{
	struct cproc_keeper_start said;

	if (!take_payload(message, &said, sizeof said) || !is_label(said.label) || message->header.identity == 0)
		return false;
	starter_start(keeper, message);
	return true;
}

static bool
leave(struct keeper *keeper, const struct cproc_message *message)
{
	struct cproc_keeper_number status;

	if (!take_payload(message, &status, sizeof status))
		return false;
	keeper->leaves = true;
	keeper->leave_status = status.number & 0xff;
	return true;
}

/* Without a number, or with 0: in any case. */
static void
replace(struct keeper *keeper, const struct cproc_message *message)
{
	struct cproc_keeper_number number = { 0 };

	(void)take_payload(message, &number, sizeof number);
	replace_begin(keeper, number.number == 1);
}

/* Where the log is now, which the supervisor alone knows: it goes for this process and for all supervisors to come. */
static bool
output(struct keeper *keeper, const struct cproc_message *message)
{
	if (message->header.descriptors != 1)
		return false;
	if (cproc_output_replace(message->descriptors[0]) < 0 || cproc_input_replace(keeper->null) < 0)
		say("cannot let go of the terminal: %s", strerror(errno));
	return true;
}

/* false: that is not how it is spoken. */
static bool
serve(struct keeper *keeper, struct cproc_message *message)
{
	uint16_t type = message->header.type;

	if (!keeper->supervisor.greeted && type != CPROC_KEEPER_HELLO)
		return false;
	/* What is said of a process is said after it was told. */
	if (type != CPROC_KEEPER_START)
		starter_flush(keeper);
	switch (type) {
	case CPROC_KEEPER_HELLO:
		return hello(keeper, message);
	case CPROC_KEEPER_READY:
		upgrade_ready(keeper);
		return true;
	case CPROC_KEEPER_START:
		return start(keeper, message);
	case CPROC_KEEPER_KNOWN:
		return known(keeper, message->header.identity);
	case CPROC_KEEPER_SIGNAL:
		return send_signal(keeper, message);
	case CPROC_KEEPER_FOREIGN:
		return foreign(keeper, message);
	case CPROC_KEEPER_UPGRADE:
		upgrade_request(keeper, message);
		return true;
	case CPROC_KEEPER_REPLACE:
		replace(keeper, message);
		return true;
	case CPROC_KEEPER_LEAVE:
		return leave(keeper, message);
	case CPROC_KEEPER_OUTPUT:
		return output(keeper, message);
	default:
		return false;
	}
}

/* While the table is being told nothing changes it; and who does not read is not served, so that nothing piles up here. */
bool
requests_allowed(const struct keeper *keeper)
{
	const struct supervisor *supervisor = &keeper->supervisor;

	if (supervisor->channel == NULL || supervisor->is_dumb || keeper->leaves)
		return false;
	if (cproc_channel_backlog(supervisor->channel) >= BACKLOG_MOST)
		return false;
	if (keeper->holder.channel != NULL && cproc_channel_backlog(keeper->holder.channel) >= BACKLOG_MOST)
		return false;
	if (keeper->replacement.program >= 0 && keeper->replacement.process < 0)
		return false;
	return !supervisor->greeted || supervisor->table_told;
}

/* 1: served one; 0: there is none. */
static int
serve_next(struct keeper *keeper)
{
	struct cproc_message message;
	int count = cproc_channel_next(keeper->supervisor.channel, &message);

	if (count > 0 && !serve(keeper, &message)) {
		supervisor_doom(keeper, CPROC_KEEPER_BROKE, "has sent what is no message of the protocol, or not now");
		return 0;
	}
	if (count < 0) {
		supervisor_doom(keeper, CPROC_KEEPER_BROKE, "has sent a message beyond the bounds");
		return 0;
	}
	return count;
}

void
requests_serve(struct keeper *keeper)
{
	while (requests_allowed(keeper) && serve_next(keeper) > 0)
		continue;
	starter_flush(keeper);
}

void
requests_receive(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (!requests_allowed(keeper))
		return;
	if (cproc_channel_receive(supervisor->channel) < 0) {
		if (errno != EPIPE) {
			supervisor_doom(keeper, CPROC_KEEPER_BROKE, "has sent what cannot be received");
			return;
		}
		/* Mostly it has ended, and that comes as an event of its own. */
		supervisor->is_dumb = true;
		supervisor->kill_at = keeper_now() + SECOND;
	}
	requests_serve(keeper);
}

void
requests_drain(struct keeper *keeper)
{
	struct cproc_channel *channel = keeper->supervisor.channel;

	if (channel == NULL)
		return;
	keeper->supervisor.is_dumb = true;
	do {
		while (keeper->supervisor.doom != CPROC_KEEPER_BROKE && serve_next(keeper) > 0)
			continue;
	} while (keeper->supervisor.doom != CPROC_KEEPER_BROKE && cproc_channel_receive(channel) > 0);
	starter_flush(keeper);
}
