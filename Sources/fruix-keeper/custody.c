/* The holder as the keeper sees it: it is started, started again, and given a copy of every process descriptor. */
#include "keeper.h"

#include "say.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void
failed_to_start(struct keeper *keeper, const char *call, int error)
{
	int64_t pause = pauses_next(&keeper->holder.pauses, 0);

	say("cannot start the holder: %s: %s; trying again", call, strerror(error));
	keeper->holder.start_at = keeper_now() + pause * keeper->options.pause_unit + SECOND / 10;
}

void
custody_start(struct keeper *keeper)
{
	static const char *const arguments[] = { "fruix-keeper", "--holder", NULL };
	struct holder *holder = &keeper->holder;
	struct cproc_spawned spawned;
	int ends[2], error;

	if (cproc_local_pair(ends) < 0) {
		failed_to_start(keeper, "socketpair", errno);
		return;
	}
	if (starter_run_own(keeper, keeper->own, arguments, ends[1], &spawned) < 0) {
		error = errno;
		(void)cproc_close(ends[0]);
		(void)cproc_close(ends[1]);
		failed_to_start(keeper, spawned.call, error);
		return;
	}
	(void)cproc_close(ends[1]);
	(void)cproc_close(spawned.report);
	pids_add(&keeper->known, spawned.pid);
	holder->runs = true;
	holder->pid = spawned.pid;
	holder->process = spawned.process;
	holder->number++;
	holder->began = keeper_now();
	holder->interest = 0;
	holder->channel = cproc_channel_make(ends[0]);
	if (holder->channel == NULL)
		(void)cproc_close(ends[0]); /* so it ends, and another one is started */
	if (cproc_queue_watch_exit(keeper->queue, holder->process, TOKEN_HOLDER_END) < 0)
		say("cannot watch the holder: %s", strerror(errno));
	custody_connect(keeper);
}

void
custody_ended(struct keeper *keeper, int status)
{
	struct holder *holder = &keeper->holder;
	int64_t now = keeper_now(), pause;
	char text[64];

	if (!holder->runs)
		return;
	cproc_channel_free(holder->channel);
	holder->channel = NULL;
	(void)cproc_process_release(holder->process);
	pids_remove(&keeper->known, holder->pid);
	holder->runs = false;
	pause = pauses_next(&holder->pauses, (now - holder->began) / keeper->options.pause_unit);
	holder->start_at = now + pause * keeper->options.pause_unit;
	describe_status(status, text, sizeof text);
	say("the holder (pid %d) %s; another is started%s", (int)holder->pid, text, pause > 0 ? " after a pause" : "");
}

/* Where it cannot be told something it would hold the wrong things: it is replaced. */
static void
give_up(struct keeper *keeper, int error)
{
	if (error != EPIPE && error != ECONNRESET)
		say("cannot send to the holder: %s; it is killed", strerror(error));
	cproc_channel_free(keeper->holder.channel);
	keeper->holder.channel = NULL;
	(void)cproc_process_signal(keeper->holder.process, SIGKILL);
}

static void
send_words(struct keeper *keeper, enum cproc_keeper_type type, const char *words, size_t size, const int *descriptors,
    unsigned count)
{
	struct cproc_keeper_header header = {
		.size = (uint32_t)size, .type = (uint16_t)type, .descriptors = (uint16_t)count,
	};

	if (keeper->holder.channel != NULL &&
	    cproc_channel_send(keeper->holder.channel, &header, words, descriptors) < 0)
		give_up(keeper, errno);
}

void
custody_connect(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;
	struct cproc_keeper_number number = { .number = keeper->holder.number };
	int ends[2];

	if (keeper->holder.channel == NULL || !supervisor->greeted || supervisor->is_dumb)
		return;
	if (cproc_local_pair(ends) < 0) {
		/* Without it the supervisor would wait for ever: both come again. */
		say("cannot connect the supervisor with the holder: %s", strerror(errno));
		give_up(keeper, EPIPE);
		return;
	}
	send_words(keeper, CPROC_KEEPER_SUPERVISOR, NULL, 0, &ends[0], 1);
	tell_send(keeper, CPROC_KEEPER_HOLDER, 0, &number, sizeof number, &ends[1], 1);
	(void)cproc_close(ends[0]);
	(void)cproc_close(ends[1]);
}

static size_t
name_of(uint64_t identity, char *name)
{
	return (size_t)snprintf(name, CPROC_KEEPER_NAME_SIZE, "process/%llu", (unsigned long long)identity) + 1;
}

void
custody_hold(struct keeper *keeper, const struct fresh *fresh)
{
	char names[FRESH_MOST * CPROC_KEEPER_NAME_SIZE];
	int descriptors[FRESH_MOST];
	size_t size = 0;

	for (unsigned i = 0; i < fresh->count; i++) {
		size += name_of(fresh->identities[i], names + size);
		descriptors[i] = fresh->spawned[i].process;
	}
	send_words(keeper, CPROC_KEEPER_HOLD, names, size, descriptors, fresh->count);
}

void
custody_drop(struct keeper *keeper, uint64_t identity)
{
	char name[CPROC_KEEPER_NAME_SIZE];

	send_words(keeper, CPROC_KEEPER_DROP, name, name_of(identity, name), NULL, 0);
}

void
custody_flush(struct keeper *keeper)
{
	struct holder *holder = &keeper->holder;
	unsigned interest;
	int progress;

	if (holder->channel == NULL)
		return;
	progress = cproc_channel_flush(holder->channel);
	if (progress < 0) {
		give_up(keeper, errno);
		return;
	}
	if (progress == CPROC_CHANNEL_RETRIES)
		keeper->retry_at = sooner(keeper->retry_at, keeper_now() + SECOND / 100);
	interest = progress == CPROC_CHANNEL_WAITS ? CPROC_READY_WRITE : 0u;
	if (cproc_queue_watch(keeper->queue, cproc_channel_socket(holder->channel), holder->interest, interest,
	    TOKEN_HOLDER) == 0)
		holder->interest = interest;
}

int64_t
custody_due(struct keeper *keeper, int64_t now)
{
	if (!keeper->holder.runs && keeper->holder.start_at <= now)
		custody_start(keeper);
	return keeper->holder.runs ? NEVER : keeper->holder.start_at;
}
