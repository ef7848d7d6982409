#if defined(__FreeBSD__)

#include "../common/child.h"

#include <sys/types.h>
#include <sys/procdesc.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

int
child_begin(const struct cproc_spawn *spawn)
{
	return spawn->login != NULL ? setlogin(spawn->login) : 0;
}

int
child_close_range(unsigned first, unsigned last)
{
	return close_range(first, last, 0);
}

/*
 * Before FreeBSD 15 the first element of setgroups(2) is the effective group, which setgid(2) then
 * replaces: a supplementary group in that place would be lost.  So the group itself goes first;
 * where it is one more supplementary group that changes nothing.
 */
int
child_set_groups(const struct cproc_spawn *spawn)
{
	gid_t groups[NGROUPS_MAX + 1];
	gid_t first = (spawn->flags & CPROC_SET_GROUP) != 0 ? spawn->group : getegid();
	size_t count = spawn->group_count;

	if (count > 0 && spawn->groups[0] == first)
		return setgroups((int)count, spawn->groups);
	if (count > NGROUPS_MAX) {
		errno = EINVAL;
		return -1;
	}
	groups[0] = first;
	if (count > 0)
		memcpy(&groups[1], spawn->groups, count * sizeof groups[0]);
	return setgroups((int)count + 1, groups);
}

int
child_set_group(gid_t group)
{
	return setgid(group);
}

int
child_set_user(uid_t user)
{
	return setuid(user);
}

int
signal_dispose(int number, void (*disposition)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = disposition;
	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}

/*
 * pdfork(3) of the library, which prepares libthr for the child as fork(2) does; the bare system call would not.
 * PD_DAEMON, because the death of the supervisor is not the death of its services.
 */
static pid_t
start_process(const struct child_task *task, int *process)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	/* A handler of the parent's must not run in the child. */
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, &before) < 0)
		return -1;
	pid = pdfork(process, PD_CLOEXEC | PD_DAEMON);
	if (pid == 0)
		child_run(task);
	error = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail: the arguments are good */
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

	spawned->call = "pdfork";
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
	spawned->process = process;
	spawned->report = ends[0];
	return 0;
}

#endif
