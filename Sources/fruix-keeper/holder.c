/*
 * The holder: it has a copy of every descriptor that must not close when a supervisor dies, gives all of them to the next
 * one, and does nothing else.  It never forks, so that nobody inherits its table.  It ends when nobody is left who
 * could ask.
 */
#include "keeper.h"

#include "holdings.h"
#include "say.h"

#include <string.h>
#include <sysexits.h>

#define KEEPER_SOCKET 3
/* So many go in one message, and one message is on its way at a time: the supervisor reads as fast as it can. */
#define BATCH 64

enum { TOKEN_OF_KEEPER = 1, TOKEN_OF_SUPERVISOR };

struct end {
	struct cproc_channel *channel;
	unsigned interest;
	uint64_t token;
};

struct holder_process {
	struct cproc_queue *queue;
	struct end keeper;
	struct end supervisor;
	struct holdings holdings;
	bool hands_over;
	char handed[CPROC_KEEPER_NAME_SIZE]; /* the last name that was handed over */
	bool is_over;
	int status;
};

static void
end_with(struct holder_process *holder, const char *why)
{
	say("the holder ends: %s", why);
	holder->is_over = true;
	holder->status = EX_OSERR;
}

static void
close_end(struct end *end)
{
	cproc_channel_free(end->channel);
	end->channel = NULL;
	end->interest = 0;
}

static bool receive(struct holder_process *holder, struct end *end);

/* The words of a payload; NULL: it does not end with a NUL, or one is too long. */
static const char *
next_word(const char **rest, size_t *size)
{
	const char *word = *rest, *end = memchr(word, '\0', *size < CPROC_KEEPER_NAME_SIZE ? *size : CPROC_KEEPER_NAME_SIZE);

	if (end == NULL)
		return NULL;
	*size -= (size_t)(end + 1 - word);
	*rest = end + 1;
	return word;
}

static bool
hold(struct holder_process *holder, struct cproc_message *message)
{
	const char *rest = message->payload;
	size_t size = message->header.size;

	for (unsigned i = 0; i < message->header.descriptors; i++) {
		const char *name = next_word(&rest, &size);
		int descriptor = message->descriptors[i];

		if (name == NULL)
			return false;
		message->descriptors[i] = -1;
		if (holdings_put(&holder->holdings, name, descriptor) < 0)
			end_with(holder, "there is no memory for another name");
	}
	return size == 0;
}

static bool
drop(struct holder_process *holder, const struct cproc_message *message)
{
	const char *rest = message->payload;
	size_t size = message->header.size;

	while (size > 0) {
		const char *name = next_word(&rest, &size);

		if (name == NULL)
			return false;
		holdings_drop(&holder->holdings, name);
	}
	return true;
}

/* The one before is dead: all that it has said is there to be read, and comes before what is handed over. */
static bool
meet_supervisor(struct holder_process *holder, struct cproc_message *message)
{
	if (message->header.descriptors != 1)
		return false;
	while (holder->supervisor.channel != NULL && receive(holder, &holder->supervisor))
		continue;
	close_end(&holder->supervisor);
	holder->supervisor.channel = cproc_channel_make(message->descriptors[0]);
	if (holder->supervisor.channel == NULL) {
		end_with(holder, "there is no memory for a supervisor");
		return true;
	}
	message->descriptors[0] = -1;
	holder->hands_over = true;
	holder->handed[0] = '\0';
	return true;
}

static bool
serve(struct holder_process *holder, const struct end *end, struct cproc_message *message)
{
	switch (message->header.type) {
	case CPROC_KEEPER_HOLD:
		return hold(holder, message);
	case CPROC_KEEPER_DROP:
		return drop(holder, message);
	case CPROC_KEEPER_SUPERVISOR:
		return end->token == TOKEN_OF_KEEPER && meet_supervisor(holder, message);
	default:
		return false;
	}
}

/* Reads once and carries out what has come; false: there was nothing, or the end is closed now. */
static bool
receive(struct holder_process *holder, struct end *end)
{
	struct cproc_message message;
	int result = cproc_channel_receive(end->channel), count = 0;

	while (result > 0 && !holder->is_over && (count = cproc_channel_next(end->channel, &message)) > 0) {
		if (!serve(holder, end, &message)) {
			count = -1;
			break;
		}
	}
	if (result < 0 && errno != EPIPE) {
		/* A descriptor is lost: what is held would not be what they think. */
		end_with(holder, strerror(errno));
		return false;
	}
	if (count < 0)
		say("the holder: %s has sent what is no message of the protocol: it is disconnected",
		    end->token == TOKEN_OF_KEEPER ? "the keeper" : "the supervisor");
	if (result < 0 || count < 0)
		close_end(end);
	return result > 0 && end->channel != NULL;
}

/* One more batch; false: nothing is left to hand over, or the supervisor is gone. */
static bool
hand_over_batch(struct holder_process *holder)
{
	char words[BATCH * CPROC_KEEPER_NAME_SIZE];
	int descriptors[BATCH];
	struct cproc_keeper_header header = { .type = CPROC_KEEPER_HELD };
	const struct holding *holding;

	while (header.descriptors < BATCH && (holding = holdings_after(&holder->holdings, holder->handed)) != NULL) {
		size_t length = strlen(holding->name) + 1;

		memcpy(words + header.size, holding->name, length);
		memcpy(holder->handed, holding->name, length);
		header.size += (uint32_t)length;
		descriptors[header.descriptors++] = holding->descriptor;
	}
	if (header.descriptors == 0) {
		header.type = CPROC_KEEPER_HELD_END;
		holder->hands_over = false;
	}
	if (cproc_channel_send(holder->supervisor.channel, &header, words, descriptors) == 0)
		return holder->hands_over;
	if (errno == EPIPE || errno == ECONNRESET)
		holder->hands_over = false;
	else
		end_with(holder, strerror(errno));
	return false;
}

/* Goes on handing over; returns how long to wait, in nanoseconds, or -1. */
static int64_t
hand_over(struct holder_process *holder, unsigned *interest)
{
	struct end *end = &holder->supervisor;
	int progress;

	if (end->channel == NULL)
		return -1;
	progress = cproc_channel_flush(end->channel);
	while (progress == CPROC_CHANNEL_DONE && holder->hands_over && !holder->is_over && hand_over_batch(holder))
		progress = cproc_channel_flush(end->channel);
	if (progress == CPROC_CHANNEL_DONE && cproc_channel_backlog(end->channel) > 0)
		progress = CPROC_CHANNEL_WAITS;
	if (progress == CPROC_CHANNEL_WAITS)
		*interest |= CPROC_READY_WRITE;
	return progress == CPROC_CHANNEL_RETRIES ? SECOND / 100 : -1;
}

static void
watch(struct holder_process *holder, struct end *end, unsigned interest)
{
	if (end->channel == NULL)
		return;
	if (cproc_queue_watch(holder->queue, cproc_channel_socket(end->channel), end->interest, interest, end->token) < 0)
		end_with(holder, strerror(errno));
	end->interest = interest;
}

static void
handle(struct holder_process *holder, const struct cproc_event *event)
{
	struct end *end = event->token == TOKEN_OF_KEEPER ? &holder->keeper : &holder->supervisor;

	if ((event->ready & CPROC_READY_READ) != 0 && end->channel != NULL)
		(void)receive(holder, end);
}

int
holder_run(void)
{
	static struct holder_process holder = { .keeper.token = TOKEN_OF_KEEPER, .supervisor.token = TOKEN_OF_SUPERVISOR };
	struct cproc_event events[8];
	uint64_t soft, hard;

	/* Nobody's signal is meant for it: SIGKILL, or the end of both others, ends it. */
	if (cproc_keeper_signals_begin() < 0 || cproc_descriptor_inherit(KEEPER_SOCKET, false) < 0)
		return EX_OSERR;
	(void)cproc_open_files_raise(&soft, &hard);
	holder.queue = cproc_queue_make();
	holder.keeper.channel = cproc_channel_make(KEEPER_SOCKET);
	if (holder.queue == NULL || holder.keeper.channel == NULL) {
		say("the holder cannot begin: %s", strerror(errno));
		return EX_OSERR;
	}
	while (!holder.is_over && (holder.keeper.channel != NULL || holder.supervisor.channel != NULL)) {
		unsigned interest = CPROC_READY_READ;
		int64_t wait = hand_over(&holder, &interest);
		int count;

		watch(&holder, &holder.keeper, CPROC_READY_READ);
		watch(&holder, &holder.supervisor, interest);
		count = cproc_queue_wait(holder.queue, events, sizeof events / sizeof events[0], wait);
		for (int i = 0; i < count && !holder.is_over; i++)
			handle(&holder, &events[i]);
	}
	return holder.status;
}
