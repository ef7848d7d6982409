#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seam.h"

/* Where a trial has its report: behind the standard descriptors. */
#define REPORT 3

/* ------------------------------------------------------------- what was compiled */

bool
cproc_feature(enum cproc_feature feature)
{
	switch (feature) {
#if defined(SYS_clone)
	case CPROC_FEATURE_SYS_CLONE:
		return true;
#endif
#if defined(SYS_unshare)
	case CPROC_FEATURE_SYS_UNSHARE:
		return true;
#endif
#if defined(SYS_setns)
	case CPROC_FEATURE_SYS_SETNS:
		return true;
#endif
#if defined(SYS_pivot_root)
	case CPROC_FEATURE_SYS_PIVOT_ROOT:
		return true;
#endif
#if __has_include(<sys/jail.h>)
	case CPROC_FEATURE_JAIL:
		return true;
#endif
#if __has_include(<sys/capsicum.h>)
	case CPROC_FEATURE_CAPSICUM:
		return true;
#endif
#if __has_include(<sys/prctl.h>)
	case CPROC_FEATURE_PRCTL_HEADER:
		return true;
#endif
#if __has_include(<linux/close_range.h>)
	case CPROC_FEATURE_LINUX_CLOSE_RANGE_HEADER:
		return true;
#endif
	default:
		return false;
	}
}

/* ---------------------------------------------------------------- for the trials */

void
probe_failed(struct cproc_probe_result *result, const char *call)
{
	int error = errno;

	result->outcome = CPROC_PROBE_FAILED;
	result->error = error;
	snprintf(result->step, sizeof result->step, "%s", call);
}

void
probe_wrong(struct cproc_probe_result *result, const char *what)
{
	errno = 0;
	probe_failed(result, what);
}

int
probe_path(char path[PATH_MAX], const char *directory, const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", directory, name);

	if (length > 0 && length < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int
probe_touch(const char *path)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (descriptor < 0)
		return -1;
	close(descriptor);
	return 0;
}

int
probe_gate_make(struct probe_gate *gate)
{
	return pipe2(gate->ends, O_CLOEXEC);
}

void
probe_gate_wait(const struct probe_gate *gate, int code)
{
	char byte;

	/* Its own copy of the end that is to be closed would hold it for ever. */
	close(gate->ends[1]);
	while (read(gate->ends[0], &byte, 1) < 0 && errno == EINTR)
		continue;
	_exit(code);
}

void
probe_gate_open(const struct probe_gate *gate)
{
	close(gate->ends[0]);
	close(gate->ends[1]);
}

int
probe_wait(pid_t pid, int *status)
{
	pid_t ended;

	do {
		ended = waitpid(pid, status, 0);
	} while (ended < 0 && errno == EINTR);
	return ended == pid ? 0 : -1;
}

int
probe_read(int descriptor, void *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t count = read(descriptor, (char *)buffer + used, size - used);

		if (count > 0) {
			used += (size_t)count;
		} else if (count == 0) {
			errno = EPIPE;
			return -1;
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

/* --------------------------------------------------------------------- a trial */

static probe_function *
function_of(enum cproc_probe probe)
{
	switch (probe) {
	case CPROC_PROBE_FORK:
		return probe_fork;
	case CPROC_PROBE_SPAWN:
		return probe_spawn;
	case CPROC_PROBE_CLOSE_RANGE:
		return probe_ranges;
	case CPROC_PROBE_FALLOCATE:
		return probe_fallocate;
	case CPROC_PROBE_LUTIMES:
		return probe_lutimes;
	case CPROC_PROBE_STATVFS:
		return probe_statvfs;
	case CPROC_PROBE_CHROOT:
		return probe_chroot;
	case CPROC_PROBE_LCHOWN:
		return probe_lchown;
	case CPROC_PROBE_DESCRIPTOR:
		return probe_descriptor;
	case CPROC_PROBE_EXIT:
		return probe_exit;
	case CPROC_PROBE_REAPER:
		return probe_reaper;
	case CPROC_PROBE_SIGNAL:
		return probe_signal;
	default:
		return probe_of_system(probe);
	}
}

/*
 * Dispositions and mask as a program finds them.  SIGSYS is how FreeBSD answers a call that it does not
 * have, if nothing else is said: ignored, the call returns ENOSYS.
 */
static void
reset_signals(void)
{
	struct sigaction action;
	sigset_t none;

	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_DFL;
	sigemptyset(&action.sa_mask);
	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &action, NULL); /* some cannot be set, and need not be */
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGSYS, &action, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Nothing of the caller's stays open: a directory would keep chroot(2) and jail_attach(2) from working, and
 * what a program says in passing belongs to nobody.
 */
static int
reset_descriptors(int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -1;
	/* Out of the way of the numbers that are set here. */
	report = fcntl(report, F_DUPFD_CLOEXEC, REPORT + 1);
	if (report < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    dup2(report, REPORT) < 0 || fcntl(REPORT, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	/* Where this call is missing, it is found by its own trial. */
	(void)probe_close_range(REPORT + 1, ~0U, false);
	return 0;
}

static _Noreturn void
run(probe_function *function, const char *directory, int report)
{
	struct cproc_probe_result result;
	ssize_t written;

	memset(&result, 0, sizeof result);
	result.outcome = CPROC_PROBE_OK;
	(void)setpgid(0, 0);
	reset_signals();
	if (reset_descriptors(report) < 0)
		_exit(1);
	function(directory, &result);
	/* Always fits into the empty pipe. */
	written = write(REPORT, &result, sizeof result);
	_exit(written == (ssize_t)sizeof result ? 0 : 1);
}

int
cproc_probe_begin(enum cproc_probe probe, const char *directory, struct cproc_probe_trial *trial)
{
	probe_function *function = function_of(probe);
	sigset_t all, before;
	int ends[2], error;

	if (function == NULL) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	/* A handler of the caller's must not run in the child. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	trial->pid = fork();
	if (trial->pid == 0)
		run(function, directory, ends[1]);
	error = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	if (trial->pid < 0) {
		close(ends[0]);
		errno = error;
		return -1;
	}
	/* Here as well as there: whoever is first, cproc_probe_kill() finds the group.  The trial may be over already. */
	(void)setpgid(trial->pid, trial->pid);
	trial->report = ends[0];
	return 0;
}

void
cproc_probe_kill(pid_t trial)
{
	(void)kill(-trial, SIGKILL);
}

int
cproc_probe_release(pid_t trial, bool ended, int *status)
{
	pid_t pid;

	do {
		pid = waitpid(trial, status, ended ? 0 : WNOHANG);
	} while (pid < 0 && errno == EINTR);
	return pid == trial ? 1 : pid < 0 ? -1 : 0;
}

int
cproc_directory_make_temporary(char *template)
{
	return mkdtemp(template) == NULL ? -1 : 0;
}

#endif
