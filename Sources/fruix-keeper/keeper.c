/*
 * The keeper: reaper, parent of the supervisor and of all that runs, and nothing else.  It decides nothing, waits for
 * nobody, and everything it keeps has a bound.  docs/KEEPER.md is the whole story.
 */
#include "keeper.h"

#include "say.h"

#include <signal.h>

/* Passed on to the supervisor, which is what they are meant for. */
static const int passed_on[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
#define PASSED_ON (sizeof passed_on / sizeof passed_on[0])

int64_t
keeper_now(void)
{
	return cproc_clock_monotonic();
}

void
keeper_exit(struct keeper *keeper, int status)
{
	keeper->is_over = true;
	keeper->exit_status = status;
}

static void
signal_came(struct keeper *keeper, int number)
{
	if (number == SIGCHLD)
		reap_orphans(keeper);
	else
		supervisor_pass_on(keeper, number);
}

static int
watch_signals(struct keeper *keeper)
{
	int watched[PASSED_ON + 1] = { SIGCHLD };
	size_t count = 1;

	for (size_t i = 0; i < PASSED_ON; i++) {
		if (!cproc_signal_is_ignored(passed_on[i]) || (passed_on[i] != SIGINT && passed_on[i] != SIGHUP))
			watched[count++] = passed_on[i];
	}
	for (size_t i = 0; i < count; i++) {
		if (cproc_queue_watch_signal(keeper->queue, watched[i], TOKEN_SIGNAL + (uint64_t)watched[i]) < 0)
			return -1;
		/* From before the queue was there: EVFILT_SIGNAL tells only what comes after it. */
		if (cproc_signal_take(watched[i]) && watched[i] != SIGCHLD)
			supervisor_pass_on(keeper, watched[i]);
	}
	return cproc_keeper_signals_open(watched, count);
}

static void
handle(struct keeper *keeper, const struct cproc_event *event)
{
	uint64_t token = event->token;

	if (token >= TOKEN_PROCESS) {
		reap_process(keeper, (pid_t)(token - TOKEN_PROCESS), (int)event->data);
		return;
	}
	if (token >= TOKEN_SIGNAL) {
		signal_came(keeper, (int)(token - TOKEN_SIGNAL));
		return;
	}
	switch ((enum token)token) {
	case TOKEN_SUPERVISOR:
		if ((event->ready & CPROC_READY_READ) != 0)
			requests_receive(keeper);
		break;
	case TOKEN_SUPERVISOR_END:
		supervisor_ended(keeper, (int)event->data, (event->ready & CPROC_READY_EXIT) != 0);
		break;
	case TOKEN_HOLDER_END:
		custody_ended(keeper, (int)event->data);
		break;
	case TOKEN_TRIAL_END:
		replace_trial_ended(keeper, (int)event->data);
		break;
	default:
		break; /* what can be written is written below, after every turn */
	}
}

/* What is due, and what became possible; returns when the next is due. */
static int64_t
work(struct keeper *keeper)
{
	int64_t now = keeper_now(), next;

	next = custody_due(keeper, now);
	next = sooner(next, supervisor_due(keeper, now));
	keeper->retry_at = NEVER;
	custody_flush(keeper);
	tell_pump(keeper);
	requests_serve(keeper);
	tell_pump(keeper);
	replace_proceed(keeper);
	next = sooner(next, keeper->retry_at);
	/* Work may have made work: an end, a start, a trial. */
	next = sooner(next, replace_due(keeper, now));
	next = sooner(next, keeper->supervisor.runs ? keeper->supervisor.kill_at : keeper->supervisor.start_at);
	return sooner(next, keeper->holder.runs ? NEVER : keeper->holder.start_at);
}

/* The kernel may be short of memory for a while. */
static int
wait_for_events(struct keeper *keeper, struct cproc_event *events, size_t capacity, int64_t next)
{
	int64_t now = keeper_now();
	int count = cproc_queue_wait(keeper->queue, events, capacity, next == NEVER ? -1 : next > now ? next - now : 0);

	if (count < 0) {
		say("cannot wait for events: errno %d; trying again", errno);
		(void)cproc_output_wait(2, 100);
	}
	return count;
}

/* A moment for the holder to see that its sockets are closed, so that nothing is left behind by a clean end. */
static void
part_from_holder(struct keeper *keeper)
{
	struct cproc_event events[16];
	int64_t limit = keeper_now() + SECOND;

	if (!keeper->holder.runs)
		return;
	cproc_channel_free(keeper->holder.channel);
	for (int64_t now = keeper_now(); now < limit; now = keeper_now()) {
		int count = cproc_queue_wait(keeper->queue, events, 16, limit - now);

		for (int i = 0; i < count; i++) {
			if (events[i].token == TOKEN_HOLDER_END)
				return;
		}
	}
}

int
keeper_run(struct keeper *keeper)
{
	struct cproc_event events[64];

	if (watch_signals(keeper) < 0) {
		say("cannot watch signals: errno %d", errno);
		return 71;
	}
	reap_orphans(keeper);
	while (!keeper->is_over) {
		int64_t next = work(keeper);
		int count;

		if (keeper->is_over)
			break;
		count = wait_for_events(keeper, events, sizeof events / sizeof events[0], next);
		for (int i = 0; i < count && !keeper->is_over; i++)
			handle(keeper, &events[i]);
	}
	part_from_holder(keeper);
	return keeper->exit_status;
}
