#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "child.h"
#include "last_signal.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "seam.h"

int
child_prepare(struct child_task *task, const struct cproc_spawn *spawn)
{
	if (spawn->promise_count > CPROC_PROMISES_MAX) {
		errno = EINVAL;
		return -1;
	}
	task->spawn = spawn;
	task->promise_count = spawn->promise_count;
	for (size_t i = 0; i < spawn->promise_count; i++) {
		struct cproc_promise promise = spawn->promises[i];
		size_t at = i;

		if (promise.child < (spawn->terminal != NULL ? 3 : 0) || promise.parent < 0) {
			errno = EINVAL;
			return -1;
		}
		for (; at > 0 && task->promises[at - 1].child >= promise.child; at--) {
			if (task->promises[at - 1].child == promise.child) {
				errno = EINVAL;
				return -1;
			}
			task->promises[at] = task->promises[at - 1];
		}
		task->promises[at] = promise;
	}
	return 0;
}

static _Noreturn void
fail_at(int report, enum cproc_stage stage, int detail)
{
	struct cproc_failure failure = { .stage = (int32_t)stage, .error = errno, .detail = detail };
	/* Nobody is left to tell if this fails; the status says that it was not the program's. */
	ssize_t ignored = write(report, &failure, sizeof failure);

	(void)ignored;
	_exit(127);
}

static _Noreturn void
fail(int report, enum cproc_stage stage)
{
	fail_at(report, stage, -1);
}

/*
 * The leader of a new session, which setsid() has just made, may take a terminal that no other session has.  Opened
 * without waiting: a serial line without a carrier would keep the open from returning.
 */
static int
open_terminal(const char *path)
{
	int terminal = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int flags;

	if (terminal < 0)
		return -1;
	flags = fcntl(terminal, F_GETFL);
	if (flags < 0 || fcntl(terminal, F_SETFL, flags & ~O_NONBLOCK) < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
		return -1;
	return terminal;
}

/*
 * Puts the promised descriptors at their numbers.  A number may be another promise's source, so
 * whatever lies where something is to be put is moved above all of them first.
 */
static int
place_descriptors(const struct child_task *task, int terminal, int *report)
{
	int source[CPROC_PROMISES_MAX];
	int top = 2;

	if (task->promise_count > 0 && task->promises[task->promise_count - 1].child > top)
		top = task->promises[task->promise_count - 1].child;
	if (*report <= top) {
		*report = fcntl(*report, F_DUPFD_CLOEXEC, top + 1);
		if (*report < 0)
			return -1;
	}
	if (terminal >= 0 && terminal <= top) {
		terminal = fcntl(terminal, F_DUPFD_CLOEXEC, top + 1);
		if (terminal < 0)
			return -1;
	}
	for (size_t i = 0; i < task->promise_count; i++) {
		const struct cproc_promise *promise = &task->promises[i];

		source[i] = promise->parent;
		if (source[i] > top || source[i] == promise->child)
			continue;
		source[i] = fcntl(source[i], F_DUPFD_CLOEXEC, top + 1);
		if (source[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < task->promise_count; i++) {
		int child = task->promises[i].child;

		/* dup2() to itself would leave the close-on-exec flag. */
		if (source[i] == child ? fcntl(child, F_SETFD, 0) < 0 : dup2(source[i], child) < 0)
			return -1;
	}
	for (int child = 0; terminal >= 0 && child < 3; child++) {
		if (dup2(terminal, child) < 0)
			return -1;
	}
	return 0;
}

/*
 * Really closed, not only marked: jail_attach(2) refuses a process with any open directory,
 * close-on-exec or not (docs/FREEBSD.md).
 */
static int
close_unpromised(const struct child_task *task, int report)
{
	unsigned next = task->spawn->terminal != NULL ? 3 : 0;

	for (size_t i = 0; i < task->promise_count; i++) {
		unsigned child = (unsigned)task->promises[i].child;

		if (child > next && child_close_range(next, child - 1) < 0)
			return -1;
		next = child + 1;
	}
	if ((unsigned)report > next && child_close_range(next, (unsigned)report - 1) < 0)
		return -1;
	return child_close_range((unsigned)report + 1, ~0U);
}

static int
restore_open_files(const struct cproc_spawn *spawn)
{
	struct rlimit limit = { .rlim_cur = (rlim_t)spawn->open_files_soft, .rlim_max = (rlim_t)spawn->open_files_hard };

	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Both limits of each resource, as they were prepared.  Returns the position of the one that failed, or -1. */
static int
set_limits(const struct cproc_spawn *spawn)
{
	for (size_t i = 0; i < spawn->limit_count; i++) {
		const struct cproc_limit *wanted = &spawn->limits[i];
		int number = child_limit_number(wanted->resource);
		struct rlimit limit = {
			.rlim_cur = wanted->soft >= (uint64_t)RLIM_INFINITY ? RLIM_INFINITY : (rlim_t)wanted->soft,
			.rlim_max = wanted->hard >= (uint64_t)RLIM_INFINITY ? RLIM_INFINITY : (rlim_t)wanted->hard,
		};

		if (number < 0) {
			errno = EOPNOTSUPP;
			return (int)i;
		}
		if (setrlimit(number, &limit) < 0)
			return (int)i;
	}
	return -1;
}

/*
 * What cannot be had any more once the process is in a jail, has left its root or has given up root: all of it
 * comes before.
 */
static void
take_resources(const struct cproc_spawn *spawn, int report)
{
	int failed;

	if ((spawn->flags & CPROC_SET_OPEN_FILES) != 0 && restore_open_files(spawn) < 0)
		fail(report, CPROC_STAGE_LIMITS);
	failed = set_limits(spawn);
	if (failed >= 0)
		fail_at(report, CPROC_STAGE_LIMITS, failed);
	if ((spawn->flags & CPROC_SET_NICE) != 0 && setpriority(PRIO_PROCESS, 0, spawn->nice) < 0)
		fail(report, CPROC_STAGE_PRIORITY);
	if (spawn->cpu_count > 0 && child_set_cpus(spawn->cpus, spawn->cpu_count) < 0)
		fail(report, CPROC_STAGE_CPUS);
	if ((spawn->flags & CPROC_PROTECT) != 0 && child_protect() < 0)
		fail(report, CPROC_STAGE_PROTECTION);
}

/* Ignored signals stay ignored over an exec, and so does the mask. */
static int
reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number <= LAST_SIGNAL; number++) {
		/* EINVAL: KILL and STOP, and on FreeBSD what the threads library keeps for itself. */
		if (signal_dispose(number, SIG_DFL) < 0 && errno != EINVAL)
			return -1;
	}
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The largest number is none: to setresuid(2) it means "as it was", and a service would keep the
 * supervisor's rights.
 */
static int
set_group(gid_t group)
{
	if (group == (gid_t)-1) {
		errno = EINVAL;
		return -1;
	}
	return child_set_group(group);
}

static int
set_user(uid_t user)
{
	if (user == (uid_t)-1) {
		errno = EINVAL;
		return -1;
	}
	return child_set_user(user);
}

/* Whom the process runs as, from here on without a way back. */
static void
take_credentials(const struct cproc_spawn *spawn, int report)
{
	if ((spawn->flags & CPROC_SET_GROUPS) != 0 && child_set_groups(spawn) < 0)
		fail(report, CPROC_STAGE_GROUPS);
	if ((spawn->flags & CPROC_SET_GROUP) != 0 && set_group(spawn->group) < 0)
		fail(report, CPROC_STAGE_GROUP);
	if ((spawn->flags & CPROC_SET_USER) != 0 && set_user(spawn->user) < 0)
		fail(report, CPROC_STAGE_USER);
	if ((spawn->flags & CPROC_NO_NEW_PRIVILEGES) != 0 && child_deny_new_privileges() < 0)
		fail(report, CPROC_STAGE_PRIVILEGES);
}

/* By name as execvp(3) does: what is not there or not allowed in one directory may be in the next. */
static void
execute(const struct cproc_spawn *spawn)
{
	int error = ENOENT;

	if ((spawn->flags & CPROC_PROGRAM_DESCRIPTOR) != 0) {
		if (fcntl(spawn->program, F_SETFD, FD_CLOEXEC) == 0)
			fexecve(spawn->program, (char *const *)spawn->arguments, (char *const *)spawn->environment);
		return;
	}
	for (const char *const *program = spawn->programs; *program != NULL; program++) {
		execve(*program, (char *const *)spawn->arguments, (char *const *)spawn->environment);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return;
	}
	errno = error;
}

/*
 * The order: what a later step takes away comes before it.  A session of its own first, so that a terminal can be had; then
 * the descriptors, since their numbers are the parent's; limits, priority, processors and protection, which neither a jail
 * nor another user may raise; closing, without which no jail lets it in; the jail, and what is to be found inside: routing
 * table, root, directory; groups before the user, who may not change them; and the signals last, so that one that comes
 * meanwhile finds the process as the program that it is for.
 */
_Noreturn void
child_run(const struct child_task *task)
{
	const struct cproc_spawn *spawn = task->spawn;
	int report = task->report;
	int terminal = -1;

	if (setsid() < 0 || child_begin(spawn) < 0)
		fail(report, CPROC_STAGE_SESSION);
	if (spawn->terminal != NULL && (terminal = open_terminal(spawn->terminal)) < 0)
		fail(report, CPROC_STAGE_TERMINAL);
	if (place_descriptors(task, terminal, &report) < 0)
		fail(report < 0 ? task->report : report, CPROC_STAGE_DESCRIPTORS);
	take_resources(spawn, report);
	if (close_unpromised(task, report) < 0)
		fail(report, CPROC_STAGE_CLOSE);
	/* Where the kernel leaves the working directory after an attach is its own affair. */
	if (spawn->jail != 0 && (child_attach_jail(spawn->jail) < 0 || chdir("/") < 0))
		fail(report, CPROC_STAGE_JAIL);
	/* One of the jail's own routing tables, where it has a network stack of its own. */
	if ((spawn->flags & CPROC_SET_FIB) != 0 && child_set_fib(spawn->fib) < 0)
		fail(report, CPROC_STAGE_FIB);
	/* chroot(2) leaves the working directory outside. */
	if (spawn->root != NULL && (chroot(spawn->root) < 0 || chdir("/") < 0))
		fail(report, CPROC_STAGE_CHROOT);
	if (spawn->directory != NULL && chdir(spawn->directory) < 0)
		fail(report, CPROC_STAGE_DIRECTORY);
	umask(spawn->mask);
	take_credentials(spawn, report);
	if (reset_signals() < 0)
		fail(report, CPROC_STAGE_SIGNALS);
	execute(spawn);
	fail(report, CPROC_STAGE_EXEC);
}

#endif
