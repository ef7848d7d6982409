#ifndef CPROC_PROCESS_H
#define CPROC_PROCESS_H

/*
 * What starts, watches and ends processes: the child between fork and exec, process descriptors, the reaper and the
 * subtrees of services, and what a dead supervisor has left.  Included by CProc.h, whose rules hold.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ------------------------------------------------------------------ starting */

/*
 * The steps of the child between fork and exec, in their order.  A child that
 * fails reports one of them with the errno.  The numbers are not stored anywhere.
 */
enum cproc_stage {
	CPROC_STAGE_SESSION = 1,  /* setsid, setlogin */
	CPROC_STAGE_TERMINAL,     /* open, TIOCSCTTY */
	CPROC_STAGE_DESCRIPTORS,  /* the promised descriptors at their numbers */
	CPROC_STAGE_LIMITS,       /* setrlimit; `detail` tells which one */
	CPROC_STAGE_PRIORITY,     /* setpriority */
	CPROC_STAGE_CPUS,         /* cpuset_setaffinity, sched_setaffinity */
	CPROC_STAGE_PROTECTION,   /* PROC_SPROTECT, oom_score_adj */
	CPROC_STAGE_CLOSE,        /* close_range on all that was not promised */
	CPROC_STAGE_JAIL,         /* jail_attach */
	CPROC_STAGE_FIB,          /* setfib */
	CPROC_STAGE_CHROOT,       /* chroot */
	CPROC_STAGE_DIRECTORY,    /* chdir */
	CPROC_STAGE_GROUPS,       /* setgroups */
	CPROC_STAGE_GROUP,        /* setgid */
	CPROC_STAGE_USER,         /* setuid */
	CPROC_STAGE_PRIVILEGES,   /* PROC_NO_NEW_PRIVS_CTL, PR_SET_NO_NEW_PRIVS */
	CPROC_STAGE_SIGNALS,      /* dispositions and mask */
	CPROC_STAGE_EXEC          /* execve */
};

/* What the child writes into its report pipe when a stage fails. */
struct cproc_failure {
	int32_t stage; /* enum cproc_stage */
	int32_t error; /* errno */
	int32_t detail; /* CPROC_STAGE_LIMITS: the position in `limits`; -1: the limit of open files, or nothing to say */
};

/*
 * The resources of setrlimit(2).  No system has all of them: cproc_limit() tells.  RLIMIT_RTTIME is not among
 * them, because on Linux it marks the processes of a service (linux/mark.c).
 */
enum cproc_resource {
	CPROC_LIMIT_OPEN_FILES,
	CPROC_LIMIT_CORE,
	CPROC_LIMIT_DATA,
	CPROC_LIMIT_STACK,
	CPROC_LIMIT_MEMORY_LOCK,
	CPROC_LIMIT_PROCESSES,
	CPROC_LIMIT_FILE_SIZE,
	CPROC_LIMIT_CPU_TIME,
	CPROC_LIMIT_ADDRESS_SPACE,
	CPROC_LIMIT_RESIDENT,
	CPROC_LIMIT_SOCKETS_BUFFER,   /* FreeBSD, as the next five */
	CPROC_LIMIT_SWAP,
	CPROC_LIMIT_PSEUDO_TERMINALS,
	CPROC_LIMIT_KQUEUES,
	CPROC_LIMIT_UMTXP,
	CPROC_LIMIT_PIPE_BUFFERS,
	CPROC_LIMIT_FILE_LOCKS,       /* Linux, as the next four */
	CPROC_LIMIT_MESSAGE_QUEUES,
	CPROC_LIMIT_PENDING_SIGNALS,
	CPROC_LIMIT_REALTIME_PRIORITY,
	CPROC_LIMIT_NICE,
	CPROC_LIMITS
};

#define CPROC_UNLIMITED UINT64_MAX

struct cproc_limit {
	int resource; /* enum cproc_resource */
	uint64_t soft;
	uint64_t hard;
};

/* What this process has: limit->resource asks.  EOPNOTSUPP: the system has no such resource. */
int cproc_limit(struct cproc_limit *limit);

/* One promised descriptor: number `child` in the new process is the caller's `parent`. */
struct cproc_promise {
	int child;
	int parent;
};

#define CPROC_PROMISES_MAX 256

enum cproc_spawn_flags {
	CPROC_SET_GROUPS = 1 << 0,   /* groups, group_count */
	CPROC_SET_GROUP = 1 << 1,    /* group */
	CPROC_SET_USER = 1 << 2,     /* user */
	CPROC_SET_OPEN_FILES = 1 << 3, /* open_files_soft, open_files_hard */
	CPROC_SET_NICE = 1 << 4,       /* nice */
	CPROC_SET_FIB = 1 << 5,        /* fib; ENOSYS where there are none */
	CPROC_PROTECT = 1 << 6,        /* the process and what it starts are not killed when memory runs out */
	CPROC_NO_NEW_PRIVILEGES = 1 << 7, /* no gain by set-id programs; inherited */
	CPROC_PROGRAM_DESCRIPTOR = 1 << 8 /* program */
};

/*
 * Everything that the child needs, prepared before the fork: the child neither
 * allocates nor reads a file.  The caller owns all that is pointed to, and may free
 * it when cproc_spawn() has returned.
 */
struct cproc_spawn {
	const char *const *programs; /* tried in this order as execvp(3) does; ends with NULL */
	const char *const *arguments;
	const char *const *environment;
	int jail; /* jail_attach(2); 0: none; ENOSYS where there are none.  What follows is meant inside */
	/* NULL: the caller's root, or the jail's.  The directory and the programs are looked for inside. */
	const char *root;
	const char *directory; /* NULL: stays where the caller is, or at the root of the jail or below it */
	/*
	 * Becomes the controlling terminal and the descriptors 0, 1 and 2, which nothing else may be promised at.
	 * Opened without waiting for a carrier.  NULL: none.
	 */
	const char *terminal;
	const char *login;     /* setlogin(2) on FreeBSD, when not NULL; no such notion on Linux */
	const struct cproc_promise *promises; /* any order; at most CPROC_PROMISES_MAX */
	size_t promise_count;
	const gid_t *groups;
	size_t group_count;
	uint64_t open_files_soft;
	uint64_t open_files_hard;
	const struct cproc_limit *limits; /* set after open_files_*, in their order */
	size_t limit_count;
	const uint16_t *cpus; /* their numbers; a count of 0: where the caller may run */
	size_t cpu_count;
	int nice; /* -20 to 20, as setpriority(2) */
	int fib;  /* setfib(2) */
	/*
	 * fexecve(2) of this descriptor of the new process, one of those promised, instead of `programs`: no script then,
	 * because the exec closes it.
	 */
	int program;
	uid_t user;
	gid_t group;
	mode_t mask;    /* umask(2) */
	unsigned flags; /* enum cproc_spawn_flags */
};

struct cproc_spawned {
	pid_t pid;
	int process; /* the process descriptor */
	/*
	 * Read end of the report pipe, non-blocking: end of file means that the exec has
	 * succeeded (or that the child was killed before: the exit tells), a struct
	 * cproc_failure that it has not and that the child has ended with status 127.
	 */
	int report;
	const char *call; /* after a failure: what has failed, in this system's word */
};

/*
 * Starts a process.  pdfork(2) with PD_CLOEXEC and PD_DAEMON: closing the descriptor, or the
 * supervisor's death, leaves the process alive.
 *
 * On Linux the caller waits until the child has reached its program or failed, as with vfork(2)
 * (linux/spawn.c says what that saves), so that a report can mostly be read at once; on FreeBSD it
 * does not wait.
 *
 * errno: EAGAIN, ENOMEM (no process), EMFILE, ENFILE (no descriptor), EINVAL (too many promises, a
 * negative number, a number promised twice or beside a terminal's).
 */
int cproc_spawn(const struct cproc_spawn *spawn, struct cproc_spawned *spawned);

/* ------------------------------------------------------------- watching, ending */

/*
 * The status (as of wait(2)) of a process that has ended, without reaping it: its pid
 * and its subtree's number stay taken until cproc_process_release().
 * Returns 1 when *status was filled in, 0 when the process is still running.  The event
 * CPROC_READY_EXIT brings the same status; this is for whoever has no queue.
 */
int cproc_process_status(int process, int *status);

/*
 * Reaps the process if it has ended, and closes the descriptor.  One that still
 * runs becomes as if adopted: cproc_reap_orphans() will return it.
 */
int cproc_process_release(int process);

/* pdkill(2), pidfd_send_signal(2): never reaches a process that has got the pid later. 0 also when it has ended. */
int cproc_process_signal(int process, int signal);

/* killpg(2): the processes that are still in the group that the first process leads. ESRCH: none. */
int cproc_group_signal(pid_t first, int signal);

/* ------------------------------------------------------------------ the reaper */

/* Becomes the parent of every orphaned descendant: PROC_REAP_ACQUIRE, PR_SET_CHILD_SUBREAPER. */
int cproc_reaper_acquire(void);

/* 1: the caller is a reaper; 0: it is not. */
int cproc_reaper_status(void);

/*
 * The processes that belong to one service, named by the processes that were started for it (main process, hooks, actions)
 * by the reaper, and not released: FreeBSD's pi_subtree is the pid of one of those.
 *
 * Linux keeps no such number.  There the child marks itself in a way that is inherited
 * and cannot be undone (linux/mark.h), and `mark`, the value of the variable
 * FRUIX_SERVICE in the environment, is looked at besides.
 */
struct cproc_subtree {
	const pid_t *firsts;
	size_t first_count;
	/* Those of the service that live and are no descendants of the reaper: they, and what descends from them. */
	const pid_t *strangers;
	size_t stranger_count;
	const char *mark; /* may be NULL */
};

struct cproc_member {
	pid_t pid;
	pid_t parent; /* 0: it has gone meanwhile, or cannot be asked for */
	pid_t first;  /* which of `firsts` or `strangers` it descends from; 0 when only the mark tells */
	bool is_unheard; /* no SIGCHLD tells of its end: it has to be looked for again */
};

/*
 * What descends from a reaper, this process or another one, as it was seen at one moment: one look is enough for questions
 * about any number of services.
 *
 * `known` are the pids of all processes that the reaper has started on the supervisor's behalf and not released, ascending:
 * whatever else is a child of the reaper's was adopted, or is none of ours.
 */
struct cproc_descendants;

/* NULL: ENOMEM. It has seen nothing yet. */
struct cproc_descendants *cproc_descendants_make(pid_t reaper);
void cproc_descendants_free(struct cproc_descendants *descendants);
int cproc_descendants_look(struct cproc_descendants *descendants, const pid_t *known, size_t known_count);

/*
 * Lists the living members of a service as the last look has found them, the first processes included, zombies not.  Returns how many
 * there are, which may be more than `capacity`: the array then holds the first ones.
 */
ssize_t cproc_descendants_members(struct cproc_descendants *descendants, const struct cproc_subtree *subtree,
    struct cproc_member *members, size_t capacity);

/* How many descriptors looking and signalling need for the time of the call: who has none left cannot do without. */
unsigned cproc_descendants_descriptors(void);

struct cproc_subtree_killed {
	unsigned signalled;
	pid_t refused; /* the first process that could not be signalled, or 0 */
	int error;     /* and why */
};

/*
 * Signals all members, one by one, and looks and repeats until a pass finds no process that it has not signalled before; on Linux
 * other signals than SIGKILL are sent in one pass.  Not by PROC_REAP_KILL, which waits in the kernel until every
 * thread of every member has suspended: one that sleeps on a dead disk would keep it for ever.  -1 with ESRCH: there is
 * none; with any other errno: they could not be listed.
 *
 * continues: each gets SIGCONT after the signal, since one that is stopped sees it only then.
 */
int cproc_descendants_signal(struct cproc_descendants *descendants, const pid_t *known, size_t known_count,
    const struct cproc_subtree *subtree, int signal, bool continues, struct cproc_subtree_killed *killed);

struct cproc_orphan {
	pid_t pid;
	int status;
};

/*
 * Reaps adopted processes that have ended, and never one of `known` (ascending): on FreeBSD
 * because wait(2) passes over what was pdforked, on Linux by asking for each adopted child by itself.
 * Returns how many; call again when it returns `capacity`.
 */
ssize_t cproc_reap_orphans(const pid_t *known, size_t known_count, struct cproc_orphan *orphans, size_t capacity);

/* ------------------------------------------- processes that a dead supervisor has left */

/* Names this boot of the system, so that a record from before a reboot is known as such. `size` of 64 is enough. */
int cproc_boot_name(char *buffer, size_t size);

/*
 * The clock that the kernel reads when it makes a process, in nanoseconds since the boot, and how coarse the answer to
 * "when was it started" is.  Setting the time of day does not move it.
 */
int64_t cproc_clock_start(void);
int64_t cproc_start_precision(void);

/* When a process was started.  ESRCH: there is none. */
int cproc_start_of(pid_t pid, int64_t *start);

/* One living process of the system, whosever it is. */
struct cproc_process_info {
	pid_t pid;
	pid_t parent;
	pid_t session;
	pid_t first;   /* Linux: the process of cproc_spawn() by which it is marked (struct cproc_subtree); else 0 */
	int64_t start; /* by cproc_clock_start() */
	char mark[64]; /* Linux: the value of FRUIX_SERVICE in its environment; else empty */
};

/* All of them, in no order.  Returns how many there are, which may be more than `capacity`. */
ssize_t cproc_process_infos(struct cproc_process_info *infos, size_t capacity);

/*
 * Holds on to a process that is not a child of this one: pidfd_open(2), EVFILT_PROC.  Returns a descriptor that
 * can be read (cproc_queue_watch()) when the process has ended; there is nothing to read from it.  ESRCH: it has gone,
 * or the pid is another's.
 */
int cproc_hold(pid_t pid, int64_t start);
/* ESRCH: it has ended. */
int cproc_held_signal(int held, pid_t pid, int64_t start, int signal);

#endif
