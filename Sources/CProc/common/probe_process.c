#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "probe.h"
#include "CProc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seam.h"

/* Any exit status that nothing else has. */
#define CODE 42
#define TOKEN 7

extern char **environ;

static bool
exited_with_code(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == CODE;
}

static bool
killed_by(int status, int number)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == number;
}

void
probe_fork(const char *directory, struct cproc_probe_result *result)
{
	int status;
	pid_t pid = fork();

	(void)directory;
	if (pid == 0)
		_exit(CODE);
	if (pid < 0)
		probe_failed(result, "fork");
	else if (probe_wait(pid, &status) < 0)
		probe_failed(result, "waitpid");
	else if (!exited_with_code(status))
		probe_wrong(result, "waitpid: not the status that the child has exited with");
}

/* --------------------------------------------------------------- posix_spawn(3) */

/* A descriptor without close-on-exec: the shell can use it, unless it was closed before. */
#define LEAKED 9
static char leaked_is_closed[] = "if (true <&9) 2>/dev/null; then exit 1; else exit 42; fi";

static int
spawn_closing(pid_t *pid, const char **call)
{
	static char shell[] = "sh", option[] = "-c";
	char *const arguments[] = { shell, option, leaked_is_closed, NULL };
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	*call = "posix_spawn_file_actions_init";
	if (error != 0)
		return error;
	*call = "posix_spawn_file_actions_addclosefrom_np";
	error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (error == 0) {
		*call = "posix_spawn";
		error = posix_spawn(pid, "/bin/sh", &actions, NULL, arguments, environ);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

void
probe_spawn(const char *directory, struct cproc_probe_result *result)
{
	const char *call;
	pid_t pid;
	int status;

	(void)directory;
	if (dup2(STDIN_FILENO, LEAKED) < 0) {
		probe_failed(result, "dup2");
		return;
	}
	errno = spawn_closing(&pid, &call);
	if (errno != 0)
		probe_failed(result, call);
	else if (probe_wait(pid, &status) < 0)
		probe_failed(result, "waitpid");
	else if (!exited_with_code(status))
		probe_wrong(result, "posix_spawn_file_actions_addclosefrom_np: a descriptor has come through");
}

/* ---------------------------------------------------------- process descriptors */

/* A child that waits at the gate, and its descriptor. */
static pid_t
start_waiting(struct probe_gate *gate, int *process, struct cproc_probe_result *result)
{
	pid_t pid;

	if (probe_gate_make(gate) < 0) {
		probe_failed(result, "pipe2");
		return -1;
	}
	pid = probe_fork_described(process);
	if (pid == 0)
		probe_gate_wait(gate, CODE);
	if (pid < 0) {
		probe_failed(result, probe_fork_described_call);
		probe_gate_open(gate);
	}
	return pid;
}

void
probe_descriptor(const char *directory, struct cproc_probe_result *result)
{
	struct probe_gate gate;
	int process, status = 0;
	pid_t pid = start_waiting(&gate, &process, result);

	(void)directory;
	if (pid < 0)
		return;
	if (fcntl(process, F_GETFD) != FD_CLOEXEC)
		probe_wrong(result, "the process descriptor is not close-on-exec");
	probe_gate_open(&gate);
	if (probe_wait(pid, &status) < 0)
		probe_failed(result, "waitpid");
	else if (!exited_with_code(status))
		probe_wrong(result, "waitpid: not the status that the child has exited with");
	close(process);
}

/* One event, with the status in it, from the very queue that the supervisor uses. */
static void
await_exit(struct cproc_queue *queue, struct cproc_probe_result *result)
{
	struct cproc_event event;
	int count;

	do {
		count = cproc_queue_wait(queue, &event, 1, -1);
	} while (count == 0);
	if (count < 0)
		probe_failed(result, "kevent");
	else if (event.ready != CPROC_READY_EXIT || event.token != TOKEN)
		probe_wrong(result, "the event queue has reported something else than the exit");
	else if (!exited_with_code((int)event.data))
		probe_wrong(result, "the event has not the status that the child has exited with");
}

void
probe_exit(const char *directory, struct cproc_probe_result *result)
{
	struct cproc_queue *queue = cproc_queue_make();
	struct probe_gate gate;
	int process;
	pid_t pid;

	(void)directory;
	if (queue == NULL) {
		probe_failed(result, "kqueue");
		return;
	}
	pid = start_waiting(&gate, &process, result);
	if (pid > 0) {
		int watched = cproc_queue_watch_exit(queue, process, TOKEN);

		if (watched < 0)
			probe_failed(result, "kevent");
		probe_gate_open(&gate);
		if (watched == 0)
			await_exit(queue, result);
		(void)cproc_process_release(process);
	}
	cproc_queue_free(queue);
}

void
probe_signal(const char *directory, struct cproc_probe_result *result)
{
	struct probe_gate gate;
	int process, status;
	pid_t pid = start_waiting(&gate, &process, result);

	(void)directory;
	if (pid < 0)
		return;
	if (cproc_process_signal(process, SIGTERM) < 0) {
		probe_failed(result, probe_signal_call);
		probe_gate_open(&gate);
		(void)probe_wait(pid, &status);
	} else {
		/* With the gate closed only the signal can end it; a wait without end is the caller's to bound. */
		if (probe_wait(pid, &status) < 0)
			probe_failed(result, "waitpid");
		else if (!killed_by(status, SIGTERM))
			probe_wrong(result, "the process was not ended by the signal that was sent");
		probe_gate_open(&gate);
	}
	close(process);
}

/* ------------------------------------------------------------------- the reaper */

/* The first process starts another, tells which, and is gone: an orphan. */
static _Noreturn void
leave_orphan(const struct probe_gate *gate, int report)
{
	pid_t orphan = fork();

	if (orphan == 0)
		probe_gate_wait(gate, CODE);
	_exit(orphan > 0 && write(report, &orphan, sizeof orphan) == (ssize_t)sizeof orphan ? 0 : 1);
}

/*
 * `first` is dead and not reaped yet, as a main process is whose subtree is looked at.
 */
static void
end_orphan(pid_t first, pid_t orphan, struct cproc_probe_result *result)
{
	int status;

	if (probe_end_subtree(first, orphan, result) < 0)
		return;
	/* ECHILD: somebody else has adopted it. */
	if (probe_wait(orphan, &status) < 0)
		probe_failed(result, "waitpid of an orphan");
	else if (!killed_by(status, SIGKILL))
		probe_wrong(result, "the orphan was not ended by the signal that was sent");
}

void
probe_reaper(const char *directory, struct cproc_probe_result *result)
{
	struct probe_gate gate;
	siginfo_t ended;
	int names[2], status;
	pid_t first, orphan;

	(void)directory;
	if (cproc_reaper_acquire() < 0) {
		probe_failed(result, probe_reaper_call);
		return;
	}
	if (cproc_reaper_status() != 1) {
		probe_wrong(result, "the process is not a reaper after it has become one");
		return;
	}
	if (probe_gate_make(&gate) < 0 || pipe2(names, O_CLOEXEC) < 0) {
		probe_failed(result, "pipe2");
		return;
	}
	first = fork();
	if (first == 0)
		leave_orphan(&gate, names[1]);
	close(names[1]);
	if (first < 0)
		probe_failed(result, "fork");
	else if (probe_read(names[0], &orphan, sizeof orphan) < 0)
		probe_failed(result, "fork of a grandchild");
	else if (waitid(P_PID, (id_t)first, &ended, WEXITED | WNOWAIT) < 0)
		probe_failed(result, "waitid");
	else
		end_orphan(first, orphan, result);
	if (first > 0)
		(void)probe_wait(first, &status);
	close(names[0]);
	probe_gate_open(&gate);
}

#endif
