#ifndef CPROC_CHILD_H
#define CPROC_CHILD_H

#include "CProc.h"

/*
 * What the child works from: the caller's request, its promises in the order of their numbers, and
 * the pipe to report on.
 */
struct child_task {
	const struct cproc_spawn *spawn;
	struct cproc_promise promises[CPROC_PROMISES_MAX];
	size_t promise_count;
	int report;
};

/* The parent's part: checks and sorts the promises.  EINVAL as cproc_spawn() says. */
int child_prepare(struct child_task *task, const struct cproc_spawn *spawn);

/*
 * The child's part, from the fork to the exec: the function itself is the order, with a reason at each step.  Only
 * async-signal-safe calls, and nothing of the parent's memory is written: it may be shared
 * (linux/spawn.c).
 */
_Noreturn void child_run(const struct child_task *task);

/* What each system does in its own way; 0, or -1 with errno. */
int child_begin(const struct cproc_spawn *spawn); /* right after setsid */
int child_close_range(unsigned first, unsigned last);
int child_set_groups(const struct cproc_spawn *spawn);
int child_set_group(gid_t group);
int child_set_user(uid_t user);
int child_set_fib(int fib);
int child_set_cpus(const uint16_t *cpus, size_t count); /* EINVAL: a number that no set can have */
int child_protect(void);
int child_attach_jail(int jail);
int child_deny_new_privileges(void);
/* Of any signal, those of the threads library included; async-signal-safe. */
int signal_dispose(int number, void (*disposition)(int));
/* RLIMIT_* of an enum cproc_resource, or -1; async-signal-safe. */
int child_limit_number(int resource);

#endif
