/*
 * A keeper whose file has changed executes it: same pid, same children, same role.  The new file is first started beside
 * this process, to see whether it can read the state; only then, and with nothing on its way, does it take this one's place.
 */
#include "keeper.h"

#include "say.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
refuse(struct keeper *keeper, int error, const char *call)
{
	struct replacement *replacement = &keeper->replacement;

	say("this keeper is not replaced: %s: %s", call, strerror(error));
	if (replacement->program >= 0)
		(void)cproc_close(replacement->program);
	replacement->program = -1;
	tell_failed(keeper, CPROC_KEEPER_REFUSED, 0, CPROC_KEEPER_REPLACE, error, call);
}

/* Whether the file that is opened here is another one than this process runs, or was written since. */
static bool
is_another(const struct keeper *keeper, int program)
{
	struct cproc_file own, found;

	return cproc_descriptor_status(keeper->own, &own) < 0 || cproc_descriptor_status(program, &found) < 0 ||
	    own.device != found.device || own.inode != found.inode || own.modified != found.modified ||
	    own.size != found.size;
}

void
replace_begin(struct keeper *keeper, bool only_if_changed)
{
	static const char *const arguments[] = { "fruix-keeper", "--examine", "3", NULL };
	struct replacement *replacement = &keeper->replacement;
	struct cproc_spawned spawned;
	int file, result, error;

	_Static_assert(STARTER_HANDED == 3, "the arguments say so");
	if (replacement->program >= 0)
		return; /* is under way */
	if (keeper->own_path == NULL || (replacement->program = cproc_program_open(keeper->own_path)) < 0) {
		refuse(keeper, keeper->own_path == NULL ? ENOENT : errno, "open");
		return;
	}
	if (only_if_changed && !is_another(keeper, replacement->program)) {
		(void)cproc_close(replacement->program);
		replacement->program = -1;
		return;
	}
	file = state_write(keeper);
	if (file < 0) {
		refuse(keeper, errno, "state");
		return;
	}
	result = starter_run_own(keeper, replacement->program, arguments, file, &spawned);
	error = errno;
	(void)cproc_close(file);
	if (result < 0) {
		refuse(keeper, error, spawned.call);
		return;
	}
	(void)cproc_close(spawned.report);
	pids_add(&keeper->known, spawned.pid);
	replacement->pid = spawned.pid;
	replacement->process = spawned.process;
	replacement->limit = keeper_now() + keeper->options.ready_within;
	if (cproc_queue_watch_exit(keeper->queue, replacement->process, TOKEN_TRIAL_END) < 0)
		say("cannot watch the trial: %s", strerror(errno));
}

void
replace_trial_ended(struct keeper *keeper, int status)
{
	struct replacement *replacement = &keeper->replacement;
	char text[64];

	if (replacement->program < 0 || replacement->process < 0)
		return;
	(void)cproc_process_release(replacement->process);
	pids_remove(&keeper->known, replacement->pid);
	replacement->process = -1;
	replacement->limit = NEVER;
	if (status == 0)
		return; /* replace_proceed() goes on */
	describe_status(status, text, sizeof text);
	say("the new keeper cannot go on from here: its trial %s", text);
	refuse(keeper, ENOEXEC, "trial");
}

int64_t
replace_due(struct keeper *keeper, int64_t now)
{
	struct replacement *replacement = &keeper->replacement;

	if (replacement->program < 0 || replacement->process < 0)
		return NEVER;
	if (replacement->limit <= now) {
		(void)cproc_process_signal(replacement->process, SIGKILL);
		replacement->limit = NEVER;
	}
	return replacement->limit;
}

static int
inherit(int descriptor, bool inherits)
{
	return descriptor < 0 ? 0 : cproc_descriptor_inherit(descriptor, inherits);
}

static int
inherit_channel(const struct cproc_channel *channel, bool inherits)
{
	struct cproc_channel_rest rest;

	if (channel == NULL)
		return 0;
	rest = cproc_channel_rest(channel);
	for (size_t i = 0; i < rest.count; i++) {
		if (inherit(rest.descriptors[i], inherits) < 0)
			return -1;
	}
	return inherit(cproc_channel_socket(channel), inherits);
}

/* Whether an exec keeps what the state names. */
static int
inherit_all(const struct keeper *keeper, bool inherits)
{
	const int descriptors[] = {
		keeper->replacement.program, keeper->supervisor.process, keeper->supervisor.report, keeper->holder.process,
		keeper->running.descriptor, keeper->earlier.descriptor, keeper->next.descriptor,
	};

	for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
		if (inherit(descriptors[i], inherits) < 0)
			return -1;
	}
	for (size_t i = 0; i < keeper->table.count; i++) {
		if (inherit(keeper->table.entries[i]->process, inherits) < 0)
			return -1;
	}
	return inherit_channel(keeper->supervisor.channel, inherits) < 0 ||
	        inherit_channel(keeper->holder.channel, inherits) < 0
	    ? -1
	    : 0;
}

/* The options again, so that ps(1) shows what it has shown; freed by the caller. */
static const char **
arguments_for(struct keeper *keeper, char numbers[3][24], int file)
{
	size_t count = 0, used = 0;
	const char **arguments;

	while (keeper->running.arguments[count] != NULL)
		count++;
	arguments = calloc(count + 9, sizeof *arguments);
	if (arguments == NULL)
		return NULL;
	(void)snprintf(numbers[0], sizeof numbers[0], "%d", file);
	(void)snprintf(numbers[1], sizeof numbers[1], "%lld", (long long)(keeper->options.ready_within / (SECOND / 1000)));
	(void)snprintf(numbers[2], sizeof numbers[2], "%lld", (long long)(keeper->options.pause_unit / (SECOND / 1000)));
	arguments[used++] = "fruix-keeper";
	arguments[used++] = "--ready-within";
	arguments[used++] = numbers[1];
	arguments[used++] = "--pause-unit";
	arguments[used++] = numbers[2];
	arguments[used++] = "--resume";
	arguments[used++] = numbers[0];
	arguments[used++] = "--";
	for (size_t i = 0; i < count; i++)
		arguments[used++] = keeper->running.arguments[i];
	return arguments;
}

/* Returns only if it fails. */
static void
execute(struct keeper *keeper)
{
	char numbers[3][24];
	int file = state_write(keeper), error;
	const char **arguments;

	if (file < 0) {
		refuse(keeper, errno, "state");
		return;
	}
	arguments = arguments_for(keeper, numbers, file);
	if (arguments != NULL && inherit(file, true) == 0 && inherit_all(keeper, true) == 0)
		(void)cproc_execute(keeper->replacement.program, arguments, cproc_environment());
	error = errno;
	(void)inherit_all(keeper, false);
	(void)cproc_close(file);
	free(arguments);
	refuse(keeper, error, "execve");
}

void
replace_proceed(struct keeper *keeper)
{
	const struct replacement *replacement = &keeper->replacement;
	const struct cproc_channel *supervisor = keeper->supervisor.channel, *holder = keeper->holder.channel;

	if (replacement->program < 0 || replacement->process >= 0)
		return;
	/* What waits to be sent, and its descriptors, would be lost. */
	if ((supervisor != NULL && cproc_channel_backlog(supervisor) > 0) ||
	    (holder != NULL && cproc_channel_backlog(holder) > 0))
		return;
	execute(keeper);
}

/* Everything is watched anew: the queue does not survive an exec. */
static int
watch_again(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (supervisor->runs && supervisor->is_child &&
	    cproc_queue_watch_exit(keeper->queue, supervisor->process, TOKEN_SUPERVISOR_END) < 0)
		return -1;
	if (supervisor->runs && !supervisor->is_child &&
	    cproc_queue_watch(keeper->queue, supervisor->process, 0, CPROC_READY_READ, TOKEN_SUPERVISOR_END) < 0)
		return -1;
	if (keeper->holder.runs && cproc_queue_watch_exit(keeper->queue, keeper->holder.process, TOKEN_HOLDER_END) < 0)
		return -1;
	for (size_t i = 0; i < keeper->table.count; i++) {
		const struct entry *entry = keeper->table.entries[i];

		if (entry->process >= 0 && entry->state == CPROC_KEEPER_ALIVE &&
		    cproc_queue_watch_exit(keeper->queue, entry->process, TOKEN_PROCESS + (uint64_t)entry->pid) < 0)
			return -1;
	}
	return 0;
}

int
replace_resume(struct keeper *keeper, int file)
{
	struct cproc_keeper_hello version = { .version = CPROC_KEEPER_VERSION };
	struct supervisor *supervisor = &keeper->supervisor;

	if (state_read(keeper, file, false) < 0)
		return -1;
	(void)cproc_close(file);
	if (inherit_all(keeper, false) < 0 || inherit(keeper->own, false) < 0 || pids_reserve(&keeper->known) < 0)
		return -1;
	if (supervisor->runs && supervisor->is_child)
		pids_add(&keeper->known, supervisor->pid);
	if (pids_reserve(&keeper->known) < 0)
		return -1;
	if (keeper->holder.runs)
		pids_add(&keeper->known, keeper->holder.pid);
	if (watch_again(keeper) < 0)
		return -1;
	say("this keeper (pid %d) was replaced by the program that its file is now", (int)cproc_pid());
	tell_send(keeper, CPROC_KEEPER_REPLACED, 0, &version, sizeof version, NULL, 0);
	return 0;
}
