#include "keeper.h"

#include "say.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Where the child finds things. */
#define CHILD_SOCKET 3
#define CHILD_OWN 4 /* its own program, for whatever it starts of it */
#define CHILD_PROGRAM 5 /* the same, closed by the exec */

/* The environment of this process with FRUIX_KEEPER in it: freed by the caller, the strings not. */
static const char **
environment(void)
{
	static const char variable[] = CPROC_KEEPER_VARIABLE "=3";
	const char *const *own = cproc_environment();
	size_t count = 0, kept = 0;
	const char **result;

	_Static_assert(CHILD_SOCKET == 3, "the variable says so");
	while (own[count] != NULL)
		count++;
	result = calloc(count + 2, sizeof *result);
	if (result == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(own[i], variable, sizeof variable - 2) != 0)
			result[kept++] = own[i];
	}
	result[kept] = variable;
	return result;
}

/* 0, or -1 with *call. */
static int
spawn(struct keeper *keeper, int socket, struct cproc_spawned *spawned)
{
	const struct cproc_promise promises[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 2 }, { CHILD_SOCKET, socket }, { CHILD_OWN, keeper->running.descriptor },
		{ CHILD_PROGRAM, keeper->running.descriptor },
	};
	const char **variables = environment();
	struct cproc_spawn request = {
		.arguments = (const char *const *)keeper->running.arguments,
		.environment = variables,
		.promises = promises,
		.promise_count = sizeof promises / sizeof promises[0],
		.mask = cproc_mask(),
		.open_files_soft = keeper->open_files_soft,
		.open_files_hard = keeper->open_files_hard,
		.program = CHILD_PROGRAM,
		.flags = CPROC_PROGRAM_DESCRIPTOR | (keeper->open_files_hard > 0 ? CPROC_SET_OPEN_FILES : 0u),
	};
	int result;

	spawned->call = "malloc";
	if (variables == NULL || pids_reserve(&keeper->known) < 0) {
		free(variables);
		return -1;
	}
	result = cproc_spawn(&request, spawned);
	free(variables);
	return result;
}

static void
begin(struct keeper *keeper, int socket)
{
	struct supervisor *supervisor = &keeper->supervisor;
	int64_t now = keeper_now();

	supervisor->runs = true;
	supervisor->greeted = false;
	supervisor->is_dumb = false;
	supervisor->table_told = false;
	supervisor->table_from = 1;
	supervisor->number++;
	supervisor->began = now;
	supervisor->hello_by = now + keeper->options.ready_within;
	supervisor->ready_by = keeper->earlier.descriptor >= 0 ? now + keeper->options.ready_within : NEVER;
	supervisor->kill_at = NEVER;
	supervisor->doom = CPROC_KEEPER_FIRST;
	supervisor->interest = 0;
	supervisor->channel = cproc_channel_make(socket);
	if (supervisor->channel == NULL) {
		(void)cproc_close(socket);
		supervisor_doom(keeper, CPROC_KEEPER_BROKE, "there is no memory for its socket");
	}
}

static void
failed_to_start(struct keeper *keeper, const char *call, int error)
{
	struct supervisor *supervisor = &keeper->supervisor;
	const char *program = keeper->running.arguments[0];
	int64_t pause;

	if (supervisor->number == 0) {
		say("cannot start %s: %s: %s", program, call, strerror(error));
		keeper_exit(keeper, EX_OSERR);
		return;
	}
	pause = pauses_next(&supervisor->pauses, 0);
	say("cannot start %s: %s: %s; trying again after a pause of %d", program, call, strerror(error), (int)pause);
	/* Whatever is short is short for longer than no time at all. */
	supervisor->start_at = keeper_now() + pause * keeper->options.pause_unit + SECOND / 10;
}

void
supervisor_start(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;
	struct cproc_spawned spawned;
	int ends[2];

	if (cproc_local_pair(ends) < 0) {
		failed_to_start(keeper, "socketpair", errno);
		return;
	}
	if (spawn(keeper, ends[1], &spawned) < 0) {
		int error = errno;

		(void)cproc_close(ends[0]);
		(void)cproc_close(ends[1]);
		failed_to_start(keeper, spawned.call, error);
		return;
	}
	(void)cproc_close(ends[1]);
	pids_add(&keeper->known, spawned.pid);
	supervisor->is_child = true;
	supervisor->pid = spawned.pid;
	supervisor->process = spawned.process;
	supervisor->report = spawned.report;
	begin(keeper, ends[0]);
	if (cproc_queue_watch_exit(keeper->queue, supervisor->process, TOKEN_SUPERVISOR_END) < 0)
		say("cannot watch the supervisor: %s", strerror(errno));
}

/* It died before it was held.  What it has written is carried out all the same; nobody is signalled. */
static void
adopt_dead(struct keeper *keeper, int socket)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (supervisor->process >= 0)
		(void)cproc_close(supervisor->process);
	supervisor->process = -1;
	begin(keeper, socket);
	supervisor_ended(keeper, 0, false);
}

int
supervisor_adopt(struct keeper *keeper, int socket, pid_t pid)
{
	struct supervisor *supervisor = &keeper->supervisor;
	int error = 0;

	supervisor->is_child = false;
	supervisor->pid = pid;
	supervisor->report = -1;
	supervisor->welcome.reason = CPROC_KEEPER_FIRST;
	if (cproc_start_of(pid, &supervisor->birth) < 0 ||
	    (supervisor->process = cproc_hold(pid, supervisor->birth)) < 0)
		error = errno;
	/*
	 * Asked only now: while it is the parent its pid is nobody else's, so what is held is it.  If it is not, it has
	 * died, and neither who has its pid by now nor whoever this process fell to is a supervisor.
	 */
	if (cproc_parent() != pid) {
		adopt_dead(keeper, socket);
		return 0;
	}
	if (error != 0) {
		errno = error;
		return -1;
	}
	begin(keeper, socket);
	return cproc_queue_watch(keeper->queue, supervisor->process, 0, CPROC_READY_READ, TOKEN_SUPERVISOR_END);
}

static void
send_signal(struct supervisor *supervisor, int number)
{
	if (supervisor->is_child)
		(void)cproc_process_signal(supervisor->process, number);
	else if (supervisor->process >= 0)
		(void)cproc_held_signal(supervisor->process, supervisor->pid, supervisor->birth, number);
}

void
supervisor_doom(struct keeper *keeper, enum cproc_keeper_reason reason, const char *why)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (!supervisor->runs || supervisor->doom != CPROC_KEEPER_FIRST)
		return;
	say("the supervisor (pid %d) %s: it is killed", (int)supervisor->pid, why);
	supervisor->doom = reason;
	supervisor->is_dumb = true;
	supervisor->hello_by = supervisor->ready_by = supervisor->kill_at = NEVER;
	send_signal(supervisor, SIGKILL);
}

static uint32_t
bit(int number)
{
	return UINT32_C(1) << (number & 31);
}

/* Nothing was ever started here, and nothing would be lost: a program that is no supervisor is not kept against all wishes. */
static void
give_up(struct keeper *keeper, int number)
{
	keeper->leaves = true;
	keeper->leave_status = 128 + number;
	if (keeper->supervisor.runs)
		supervisor_doom(keeper, CPROC_KEEPER_SILENT, "has not said hello before the end was wanted");
	else
		keeper_exit(keeper, keeper->leave_status);
}

/* Before its hello a supervisor has the default dispositions, and would be ended by what is meant to be heard. */
void
supervisor_pass_on(struct keeper *keeper, int number)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (supervisor->runs && supervisor->greeted) {
		send_signal(supervisor, number);
		return;
	}
	if (!supervisor->met && (number == SIGTERM || number == SIGINT)) {
		give_up(keeper, number);
		return;
	}
	supervisor->signals |= bit(number);
	/* Whoever ends the system does not wait for a pause to be over. */
	if (!supervisor->runs && (number == SIGTERM || number == SIGINT))
		supervisor->start_at = keeper_now();
}

void
supervisor_pass_kept(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;

	for (int number = 1; number < 32; number++) {
		if ((supervisor->signals & bit(number)) != 0)
			send_signal(supervisor, number);
	}
	supervisor->signals = 0;
}

/* The errno of a child that did not become its program, or 0. */
static int
take_report(struct supervisor *supervisor)
{
	struct cproc_failure failure;
	int error = 0;

	if (supervisor->report < 0)
		return 0;
	if (cproc_read(supervisor->report, &failure, sizeof failure) == (ssize_t)sizeof failure)
		error = failure.error;
	(void)cproc_close(supervisor->report);
	supervisor->report = -1;
	return error;
}

static void
forget(struct keeper *keeper)
{
	struct supervisor *supervisor = &keeper->supervisor;

	cproc_channel_free(supervisor->channel);
	supervisor->channel = NULL;
	if (supervisor->is_child) {
		(void)cproc_process_release(supervisor->process);
		pids_remove(&keeper->known, supervisor->pid);
	} else if (supervisor->process >= 0) {
		(void)cproc_close(supervisor->process);
	}
	supervisor->process = -1;
	supervisor->runs = false;
	supervisor->greeted = false;
}

void
supervisor_ended(struct keeper *keeper, int status, bool is_known)
{
	struct supervisor *supervisor = &keeper->supervisor;
	int64_t now = keeper_now(), pause = 0;
	char text[64] = "has gone";
	int error;

	if (!supervisor->runs)
		return;
	error = take_report(supervisor);
	/* It may have said that this was the end, or what is to come next. */
	if (supervisor->doom != CPROC_KEEPER_BROKE)
		requests_drain(keeper);
	forget(keeper);
	if (keeper->leaves) {
		keeper_exit(keeper, keeper->leave_status);
		return;
	}
	if (error != 0)
		(void)snprintf(text, sizeof text, "could not be executed: %s", strerror(error));
	else if (is_known)
		describe_status(status, text, sizeof text);
	if (error != 0 && supervisor->number == 1) {
		say("%s %s", keeper->running.arguments[0], text);
		keeper_exit(keeper, EX_OSERR);
		return;
	}
	if (!upgrade_choose(keeper, status, is_known, error))
		pause = pauses_next(&supervisor->pauses, (now - supervisor->began) / keeper->options.pause_unit);
	supervisor->start_at = now + pause * keeper->options.pause_unit;
	say("the supervisor (pid %d) %s; %s is started%s", (int)supervisor->pid, text, keeper->running.arguments[0],
	    pause > 0 ? " after a pause" : "");
}

int64_t
supervisor_due(struct keeper *keeper, int64_t now)
{
	struct supervisor *supervisor = &keeper->supervisor;

	if (!supervisor->runs && supervisor->start_at <= now)
		supervisor_start(keeper);
	if (!supervisor->runs)
		return supervisor->start_at;
	if (supervisor->hello_by <= now)
		supervisor_doom(keeper, CPROC_KEEPER_SILENT, "has not said hello");
	else if (supervisor->ready_by <= now)
		supervisor_doom(keeper, CPROC_KEEPER_NOT_READY, "is new, and has not said that it is ready");
	else if (supervisor->kill_at <= now)
		supervisor_doom(keeper, CPROC_KEEPER_BROKE, "has closed its socket");
	return sooner(supervisor->kill_at, sooner(supervisor->hello_by, supervisor->ready_by));
}
