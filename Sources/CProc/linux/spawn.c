#if defined(__linux__)

#define _GNU_SOURCE
#include "../common/child.h"
#include "mark.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * Descriptors from this number on are not copied into a child, so that a spawn costs the same
 * beside 10,000 services as beside one.  Process descriptors are kept above it; what is below is
 * copied and closed.
 */
#define LONG_LIVED 256

/* setxid of a library would tell other threads, which a child does not have: system calls. */
int
child_set_groups(const struct cproc_spawn *spawn)
{
	return (int)syscall(SYS_setgroups, spawn->group_count, spawn->groups);
}

int
child_set_group(gid_t group)
{
	return (int)syscall(SYS_setresgid, group, group, group);
}

int
child_set_user(uid_t user)
{
	return (int)syscall(SYS_setresuid, user, user, user);
}

/*
 * The library refuses the two signals that it uses itself (32 and 33); to the kernel they are signals like any
 * other, and would kill.  On every architecture the handler is the first member, and 8 the size of the set.
 */
int
signal_dispose(int number, void (*disposition)(int))
{
	unsigned char action[64] = { 0 };

	memcpy(action, &disposition, sizeof disposition);
	return (int)syscall(SYS_rt_sigaction, number, action, NULL, 8);
}

int
child_close_range(unsigned first, unsigned last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}

int
child_begin(const struct cproc_spawn *spawn)
{
	(void)spawn;
	mark_self();
	return 0;
}

struct start {
	const struct child_task *task;
	bool shares_descriptors;
};

static int
start_child(void *argument)
{
	const struct start *start = argument;

	/* Takes a table of its own, without what lies above; a failure leaves the parent's table as it was. */
	if (start->shares_descriptors &&
	    syscall(SYS_close_range, LONG_LIVED, ~0U, CLOSE_RANGE_UNSHARE) < 0) {
		struct cproc_failure failure = { .stage = CPROC_STAGE_CLOSE, .error = errno, .detail = -1 };
		ssize_t ignored = write(start->task->report, &failure, sizeof failure);

		(void)ignored;
		_exit(127);
	}
	child_run(start->task);
}

static bool
all_below_long_lived(const struct child_task *task)
{
	if (task->report >= LONG_LIVED)
		return false;
	for (size_t i = 0; i < task->promise_count; i++) {
		if (task->promises[i].parent >= LONG_LIVED || task->promises[i].child >= LONG_LIVED)
			return false;
	}
	return true;
}

/*
 * Moves a process descriptor out of the way.  Where the limit of open files is too low for that it stays.
 */
static int
raise_descriptor(int descriptor)
{
	int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, LONG_LIVED);

	if (raised < 0)
		return descriptor;
	close(descriptor);
	return raised;
}

/*
 * The child borrows the parent's memory and the parent waits until the exec, as with vfork(2).
 * Measured on a 2-core virtual machine, a loop that starts /bin/sleep: in a parent with 16 MB
 * resident fork() cost it 354 us of CPU time a process (118 us with 1 MB), this 33 us whatever the
 * size; the whole until the exec took 810 us (440 us) against 312 us.  The price: an exec that has
 * to wait for its disk holds up the event loop for so long.  For the backend of development that is
 * the right side.
 */
static pid_t
start_process(struct child_task *task, int *process)
{
	_Alignas(16) char stack[32 * 1024];
	struct start start = { .task = task, .shares_descriptors = all_below_long_lived(task) };
	int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
	sigset_t all, before;
	pid_t pid;
	int error;

	if (start.shares_descriptors)
		flags |= CLONE_FILES;
	/* A handler of the parent's must not run in the child while it borrows the memory. */
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &before) < 0)
		return -1;
	pid = clone(start_child, stack + sizeof stack, flags, &start, process);
	error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

int
cproc_spawn(const struct cproc_spawn *spawn, struct cproc_spawned *spawned)
{
	struct child_task task;
	int ends[2];
	int process;
	pid_t pid;

	spawned->call = "clone";
	if (child_prepare(&task, spawn) < 0)
		return -1;
	/* Both ends non-blocking: what the child writes always fits. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		spawned->call = "pipe";
		return -1;
	}
	task.report = ends[1];
	pid = start_process(&task, &process);
	if (pid < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		errno = error;
		return -1;
	}
	close(ends[1]);
	spawned->pid = pid;
	spawned->process = raise_descriptor(process);
	spawned->report = ends[0];
	return 0;
}

#endif
