#ifndef CPROC_H
#define CPROC_H

/*
 * CProc: the only code of the project that knows a kernel.
 *
 * The interface speaks FreeBSD's terms: process descriptors (pdfork(2)), the
 * reaper (procctl(2)), kqueue(2).  freebsd/ is the product; linux/ gives the same
 * promises for development, by pidfds, the child-subreaper, epoll(7), signalfd(2)
 * and /proc; common/ is what really is the same.
 *
 * Rules of the whole interface, unless a function says otherwise:
 *   - a function returns 0 or a non-negative value, or -1 with errno set;
 *   - no function blocks, cproc_queue_wait() and cproc_output_wait() apart;
 *   - every descriptor is close-on-exec from the call that makes it;
 *   - one thread uses it (cproc_run()); nothing here is kept in global variables.
 */

#include <errno.h>
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
	CPROC_NO_NEW_PRIVILEGES = 1 << 7 /* no gain by set-id programs; inherited */
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
 * The processes that belong to one service, named by the processes that the supervisor
 * itself has started for it (main process, hooks, actions) and whose descriptors it
 * has not released: FreeBSD's pi_subtree is the pid of one of those.
 *
 * Linux keeps no such number.  There the child marks itself in a way that is inherited
 * and cannot be undone (linux/subtree.c), and `mark`, the value of the variable
 * FRUIX_SERVICE in the environment, is looked at besides.  `known` are the pids of all
 * processes that the supervisor has started and not released, ascending: whatever else
 * is a child of the supervisor was adopted.  That makes the usual question, is anything
 * left of a service whose main process is dead, one read of a list of children.
 */
struct cproc_subtree {
	const pid_t *firsts;
	size_t first_count;
	const char *mark; /* may be NULL */
	const pid_t *known;
	size_t known_count;
};

struct cproc_member {
	pid_t pid;
	pid_t parent; /* 0: it has gone meanwhile, or cannot be asked for */
	pid_t first;  /* which of `firsts` it descends from; 0 when only the mark tells */
	bool is_unheard; /* no SIGCHLD tells of its end: it has to be looked for again */
};

/*
 * Lists the living members, the first processes included, zombies not.  Returns how many there are, which may
 * be more than `capacity`: the array then holds the first ones.
 */
ssize_t cproc_subtree_list(const struct cproc_subtree *subtree, struct cproc_member *members, size_t capacity);

/* How many descriptors listing and signalling need for the time of the call: who has none left cannot do without. */
unsigned cproc_subtree_descriptors(void);

struct cproc_subtree_killed {
	unsigned signalled;
	pid_t refused; /* the first process that could not be signalled, or 0 */
	int error;     /* and why */
};

/*
 * Signals all members, one by one, and repeats until a pass finds no process that it has not signalled before; on Linux
 * other signals than SIGKILL are sent in one pass.  Not by PROC_REAP_KILL, which waits in the kernel until every
 * thread of every member has suspended: one that sleeps on a dead disk would keep it for ever.  -1 with ESRCH: there is
 * none; with any other errno: they could not be listed.
 *
 * continues: each gets SIGCONT after the signal, since one that is stopped sees it only then.
 */
int cproc_subtree_signal(const struct cproc_subtree *subtree, int signal, bool continues,
    struct cproc_subtree_killed *killed);

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
struct cproc_sighting {
	pid_t pid;
	pid_t parent;
	pid_t session;
	pid_t first;   /* Linux: the process of cproc_spawn() by which it is marked (struct cproc_subtree); else 0 */
	int64_t start; /* by cproc_clock_start() */
	char mark[64]; /* Linux: the value of FRUIX_SERVICE in its environment; else empty */
};

/* All of them, in no order.  Returns how many there are, which may be more than `capacity`. */
ssize_t cproc_sightings(struct cproc_sighting *sightings, size_t capacity);

/*
 * Holds on to a process that is not a child of this one: pidfd_open(2), EVFILT_PROC.  Returns a descriptor that
 * can be read (cproc_queue_watch()) when the process has ended; there is nothing to read from it.  ESRCH: it has gone,
 * or the pid is another's.
 */
int cproc_hold(pid_t pid, int64_t start);
/* ESRCH: it has ended. */
int cproc_held_signal(int held, pid_t pid, int64_t start, int signal);

/* ------------------------------------------------------------- the event queue */

struct cproc_queue; /* a kqueue(2), or an epoll(7) with the descriptors that it needs besides */

enum cproc_ready {
	CPROC_READY_READ = 1 << 0,   /* also a connection to accept, and end of file */
	CPROC_READY_WRITE = 1 << 1,
	CPROC_READY_HANGUP = 1 << 2, /* the other side sends no more or is gone; what it has sent can still be read */
	CPROC_READY_EXIT = 1 << 3,   /* data: the wait(2) status */
	CPROC_READY_SIGNAL = 1 << 4, /* data: how often; at least once */
	CPROC_READY_VNODE = 1 << 5,  /* data: enum cproc_vnode */
	CPROC_READY_USER = 1 << 6    /* cproc_queue_trigger() was called */
};

enum cproc_vnode {
	CPROC_VNODE_WRITE = 1 << 0,
	CPROC_VNODE_ATTRIB = 1 << 1,
	CPROC_VNODE_DELETE = 1 << 2,
	CPROC_VNODE_RENAME = 1 << 3
};

/* Tokens are the caller's, and smaller than this: the Linux side packs a descriptor beside them. EINVAL else. */
#define CPROC_TOKEN_END (UINT64_C(1) << 40)

struct cproc_event {
	uint64_t token; /* as registered; 0 for CPROC_READY_USER */
	int64_t data;
	uint32_t ready; /* enum cproc_ready */
};

/* NULL with errno: EMFILE, ENFILE, ENOMEM. */
struct cproc_queue *cproc_queue_make(void);
void cproc_queue_free(struct cproc_queue *queue);

/*
 * Changes what is watched on a descriptor: from `was` to `interest`, each 0 or
 * CPROC_READY_READ | CPROC_READY_WRITE.  Level-triggered.  Both directions have the same token and may
 * come as one event or as two.  Take a descriptor out before it is closed.
 */
int cproc_queue_watch(struct cproc_queue *queue, int descriptor, unsigned was, unsigned interest, uint64_t token);

/* One event when the process ends, also when it has ended already; its status is in it, and it is not reaped. */
int cproc_queue_watch_exit(struct cproc_queue *queue, int process, uint64_t token);
int cproc_queue_forget_exit(struct cproc_queue *queue, int process);

/*
 * From now on the signal only comes as an event: EVFILT_SIGNAL, signalfd(2).  It is blocked in this thread, and has its
 * default otherwise (cproc_signal_hold()).  The child of cproc_spawn() undoes that, and gets what has come meanwhile.
 */
int cproc_queue_watch_signal(struct cproc_queue *queue, int signal, uint64_t token);

/* Changes of the file behind an open descriptor (EVFILT_VNODE, inotify(7)), until it is forgotten or closed. */
int cproc_queue_watch_vnode(struct cproc_queue *queue, int descriptor, uint64_t token);
int cproc_queue_forget_vnode(struct cproc_queue *queue, int descriptor);

/* Wakes cproc_queue_wait(); the one function that any thread may call. */
int cproc_queue_trigger(struct cproc_queue *queue);

/*
 * Waits for events: at most `timeout` nanoseconds, for ever when negative.  Returns how many were filled in,
 * 0 when the time is over.  EINTR is not an error: it returns 0.
 */
int cproc_queue_wait(struct cproc_queue *queue, struct cproc_event *events, size_t capacity, int64_t timeout);

/* ------------------------------------------------------------------ descriptors */

/* How cproc_open() opens. */
enum cproc_open {
	CPROC_OPEN_READ,   /* read only */
	CPROC_OPEN_APPEND, /* write only, each write at the end; made with `mode` if missing */
	CPROC_OPEN_CREATE, /* write only, emptied; made with `mode` if missing */
	CPROC_OPEN_NEW,    /* write only; EEXIST if there is one, a symbolic link included */
	CPROC_OPEN_WATCH   /* nothing can be done with it but to watch it (cproc_queue_watch_vnode()): sockets too */
};

int cproc_open(const char *path, enum cproc_open how, mode_t mode);
int cproc_close(int descriptor);
ssize_t cproc_read(int descriptor, void *buffer, size_t size);
/* write(2), for files, pipes and terminals: where a socket's other side has gone it raises SIGPIPE. */
ssize_t cproc_write(int descriptor, const void *buffer, size_t size);
/* send(2), without SIGPIPE. */
ssize_t cproc_send(int socket, const void *buffer, size_t size);
int cproc_sync(int descriptor);
int cproc_duplicate(int descriptor);
int cproc_set_nonblocking(int descriptor);
int cproc_set_mode(int descriptor, mode_t mode);
/* fchown(2) */
int cproc_set_owner(int descriptor, uid_t user, gid_t group);
/* Ends: [0] to read, [1] to write.  Blocking: set what you need. */
int cproc_pipe(int ends[2]);

/*
 * Writing that does not wait, to a descriptor that others have too: O_NONBLOCK belongs to the open file, and would be
 * theirs as well.
 *
 * cproc_output_private() opens the terminal or (Linux) the pipe behind it once more, non-blocking and for this process
 * alone.  EOPNOTSUPP: it is neither.
 *
 * cproc_output_write() writes at most PIPE_BUF bytes, if poll(2) says that they can be written now.  EAGAIN: they cannot.  It
 * could wait only where the other way is closed, as for a pipe on FreeBSD, and somebody else has filled it since the poll.
 */
int cproc_output_private(int descriptor);
ssize_t cproc_output_write(int descriptor, const void *buffer, size_t size);
/* Waits until something can be written: at most so many milliseconds.  Returns 0 when it cannot. */
int cproc_output_wait(int descriptor, int milliseconds);

/* ------------------------------------------------------------ local sockets */

/*
 * A listening stream socket at `path`, which must not exist (EADDRINUSE), with these permissions before
 * anybody can connect.  ENAMETOOLONG: longer than the system's sun_path.
 */
int cproc_local_listen(const char *path, mode_t mode);
/*
 * A non-blocking connection.  ENOENT: no socket; ECONNREFUSED: nobody listens, or on FreeBSD too
 * many wait already; EAGAIN: too many wait already, on Linux.
 */
int cproc_local_connect(const char *path);
/* Two ends of a stream, both blocking. */
int cproc_local_pair(int ends[2]);
/* The next connection, non-blocking.  EAGAIN: none is waiting. */
int cproc_local_accept(int listener);

struct cproc_peer {
	uid_t user;
	gid_t group;
	pid_t pid; /* at the time of connect(2); 0 when the system does not know */
};

/* LOCAL_PEERCRED, SO_PEERCRED. */
int cproc_local_peer(int connection, struct cproc_peer *peer);

/*
 * Opens (makes) `path` and takes an exclusive flock(2).  EWOULDBLOCK: another process has it, and had it for all of a second.
 */
int cproc_lock_file(const char *path, mode_t mode);
/* The whole content of a file that this process has open for writing becomes this text. */
int cproc_content_replace(int descriptor, const char *text, size_t size);

/* ---------------------------------------------------------------- files */

enum cproc_kind {
	CPROC_KIND_OTHER,
	CPROC_KIND_FILE,
	CPROC_KIND_DIRECTORY,
	CPROC_KIND_SOCKET,
	CPROC_KIND_LINK,
	CPROC_KIND_FIFO,
	CPROC_KIND_DEVICE
};

struct cproc_file {
	uid_t user;
	gid_t group;
	uint32_t mode; /* permission bits */
	int kind;      /* enum cproc_kind */
	int64_t size;
	uint64_t device;
	uint64_t inode;
	uint64_t links;
	int64_t modified; /* nanoseconds since 1970 */
};

int cproc_file_status(const char *path, bool follow_link, struct cproc_file *file);
/* fstat(2) */
int cproc_descriptor_status(int descriptor, struct cproc_file *file);
/*
 * The names in a directory, `.` and `..` left out, each ending with a NUL, in no order.  *length is the sum of them.
 * The caller gives the result to cproc_memory_free().
 */
char *cproc_directory_names(const char *path, size_t *length);
void cproc_memory_free(void *memory);
int cproc_directory_make(const char *path, mode_t mode);
int cproc_directory_remove(const char *path);
int cproc_unlink(const char *path);
int cproc_rename(const char *from, const char *to);
/* 0 when this process may execute the file.  ENOENT, EACCES (no permission), EISDIR (a directory). */
int cproc_program_check(const char *path);

/* --------------------------------------------------------------- accounts */

struct cproc_account {
	uid_t user;
	gid_t group;
	const char *name; /* these three point into the caller's buffer */
	const char *home;
	const char *shell;
};

/* ENOENT: no such account.  ERANGE: a larger buffer is wanted.  Anything else: the database could not be read. */
int cproc_account_named(const char *name, struct cproc_account *account, char *buffer, size_t size);
int cproc_account_numbered(uid_t user, struct cproc_account *account, char *buffer, size_t size);
int cproc_group_named(const char *name, gid_t *group, char *buffer, size_t size);
int cproc_group_numbered(gid_t group, const char **name, char *buffer, size_t size);
/*
 * The supplementary groups of an account, `group` included.  Returns how many; -1 with ERANGE when
 * `capacity` is too small.
 */
int cproc_account_groups(const char *name, gid_t group, gid_t *groups, size_t capacity);

/* ----------------------------------------------------------- this process */

/*
 * Calls body(context) in the thread that is to start processes, and returns when it has.  FreeBSD:
 * this one.  Linux: a second one, while the first only waits.  Adopted children then are the only
 * ones of the first thread, and looking for them costs the same beside 10,000 services as beside
 * one (measured: 205 us a look beside 1,000 children of the same thread).  errno: EAGAIN, no
 * thread.
 */
int cproc_run(void (*body)(void *context), void *context);

uid_t cproc_user(void);
gid_t cproc_group(void);
pid_t cproc_pid(void);

/* Whether this process ignores a signal, as a shell lets what runs in the background ignore SIGINT. */
bool cproc_signal_is_ignored(int signal);

/* The width of the terminal behind a descriptor, TIOCGWINSZ; 0: it is none, or does not say. */
int cproc_terminal_columns(int descriptor);

/* What main got, the program's name first; NULL beyond the last. */
int cproc_argument_count(void);
const char *cproc_argument(int index);

/* NULL-terminated, as environ(7). */
const char *const *cproc_environment(void);
const char *cproc_environment_value(const char *name);

/*
 * Raises the soft limit of open files to the hard one and returns what it was before: what a child gets back.
 */
int cproc_open_files_raise(uint64_t *soft, uint64_t *hard);

/* What the supervisor does with a signal. */
enum cproc_signal_use {
	CPROC_SIGNAL_NONE,    /* there is no signal of this number */
	CPROC_SIGNAL_DEFAULT, /* its default: it is fatal as it should be, or it does nothing */
	CPROC_SIGNAL_HEARD,   /* TERM, INT, HUP, CHLD: watched (cproc_queue_watch_signal()) */
	CPROC_SIGNAL_IGNORED, /* PIPE, which would come with any client that hangs up, and what a library keeps for itself */
	CPROC_SIGNAL_STRANGE  /* would kill or stop the supervisor, and means nothing to it: watched, to be told */
};

enum cproc_signal_use cproc_signal_use(int signal);

/*
 * Sets the disposition of every signal and the mask to what the supervisor works with, whatever it was started with:
 * an ignored SIGCHLD, say, is inherited, and no end of a child would be noticed.  What is strange is ignored, what is
 * heard has its default until it is watched.  Call it first.
 */
int cproc_signals_begin(void);

/*
 * Blocks a signal and gives it back its default: from then on only the queue sees it.  Not ignored: a child has the
 * dispositions of its parent until it sets its own, and FreeBSD drops an ignored signal although it is blocked
 * (kern.sig_discard_ign), so a signal that comes before the exec would be lost.
 */
int cproc_signal_hold(int signal);

/* getpriority(2) of this process. */
int cproc_nice(void);

/* ----------------------------------------------------------- the system */

/* Nanoseconds of CLOCK_MONOTONIC, and of CLOCK_REALTIME since 1970. */
int64_t cproc_clock_monotonic(void);
int64_t cproc_clock_wall(void);

/* By how many seconds the civil time of this place was ahead of UTC at a moment since 1970. */
int cproc_zone_offset(int64_t seconds);

/* readlink(2), a NUL at the end.  ENAMETOOLONG: it does not fit. */
int cproc_link_destination(const char *path, char *buffer, size_t size);

/* pread(2), until `size` bytes are there or the file has ended.  Returns how many there are. */
ssize_t cproc_read_at(int descriptor, void *buffer, size_t size, uint64_t offset);

/* The absolute path of the program that this process runs.  FreeBSD: ENOENT when its name is no longer in the cache. */
int cproc_executable(char *buffer, size_t size);

/*
 * Sees that a kernel module is there: FreeBSD loads it (kldload(2)) when it is not; Linux only looks.
 * ENOENT: no such module.  EPERM: not allowed to load it.
 */
int cproc_module_require(const char *name);

/*
 * A sysctl(3) by name as sysctl(8) -n prints it, NUL-terminated.  Returns the length.  ENOENT: no such name.
 * ERANGE: buffer too small.  EOPNOTSUPP: an opaque value.
 */
ssize_t cproc_sysctl(const char *name, char *buffer, size_t size);

/* ------------------------------------------------------------ this program's own start */

struct cproc_option {
	const char *name;
	bool takes_value;
};

/* What cproc_options_next() returns besides an option's position. */
enum cproc_option_result {
	CPROC_OPTION_END = -1,     /* *value: the first argument that is no option, or NULL */
	CPROC_OPTION_UNKNOWN = -2, /* *value: the word */
	CPROC_OPTION_NO_VALUE = -3 /* *value: the word whose value is missing */
};

/* The next option of a command line, by getopt_long(3): its position in `options`.  The state is getopt's own. */
int cproc_options_next(int count, char *const *words, const struct cproc_option *options, size_t option_count,
    const char **value);

/*
 * Goes into the background as daemon(3) does, but the process in the foreground stays until the one in the background
 * says that it is ready, or has gone: it exits with 0 or 1.  Only the one in the background returns, with the descriptor for
 * cproc_background_ready().  Call it before anything else: the fork copies whatever there is.
 */
int cproc_background_begin(void);
/* Lets go of the terminal (`output` becomes the standard output and error, /dev/null the input), then reports. */
int cproc_background_ready(int report, int output);
/*
 * Opens /dev/null at the standard numbers that are closed: what the program opens later would be taken for its standard
 * error.  ENOENT: there is no /dev/null.
 */
int cproc_standard_open(void);
/* `output` becomes the standard output and error. */
int cproc_output_replace(int output);

/* exit(3). */
_Noreturn void cproc_exit(int status);

/* getcwd(3). */
int cproc_directory(char *buffer, size_t size);

/* To the standard output or error, all of it. */
void cproc_print(bool error, const char *text);

/* ----------------------------------------------------- what a process is doing */

struct cproc_facts {
	uint64_t resident; /* bytes */
	/* argv joined by blanks, or the program's name in brackets; NUL-terminated, cut off where it does not fit */
	char command[256];
};

/* For showing, not for deciding: the pid may be another process's by now.  ESRCH: there is none. */
int cproc_process_facts(pid_t process, struct cproc_facts *facts);

/*
 * Gives memory that the allocator keeps free back to the system, after a configuration was read: glibc keeps
 * it (malloc_trim(3)), FreeBSD's malloc gives it back by itself.
 */
void cproc_memory_trim(void);

/* How many CPUs the system is made for: their numbers lie below. */
unsigned cproc_cpu_count(void);
/* How many routing tables there are (net.fibs); 0 where the system has no setfib(2). */
unsigned cproc_fib_count(void);

/* How this system does things. */
bool cproc_loads_modules(void);
/* Whether there is jail(2); and, in a jail, whether it may have jails inside (children.max). */
bool cproc_has_jails(void);
bool cproc_may_make_jails(void);
/* Whether there is login.conf(5). */
bool cproc_has_login_classes(void);
/* What rctl(8) can do here. */
enum cproc_accounting {
	CPROC_ACCOUNTING_ABSENT,
	/* kern.racct.enable, a tunable, is 0. */
	CPROC_ACCOUNTING_OFF,
	CPROC_ACCOUNTING_ON,
};
enum cproc_accounting cproc_accounting_state(void);
/* The variable in a service's environment that marks its processes; NULL where the kernel knows without. */
const char *cproc_mark_variable(void);
/* Where the administrator's files are, and those that packages bring. */
const char *cproc_configuration_directory(void);
const char *cproc_packaged_directory(void);

/* ------------------------------------------------------------------- names */

/* errno, which is a macro that Swift cannot see. */
int cproc_errno(void);

/* The symbol of an errno of this system ("ENOENT"), or NULL. */
const char *cproc_error_name(int error);
/* strerror(3) into the buffer. */
void cproc_error_text(int error, char *buffer, size_t size);

/* Decoding of a wait(2) status. */
bool cproc_status_exited(int status);
int cproc_status_code(int status);
int cproc_status_signal(int status);
bool cproc_status_core(int status);

/* ------------------------------------------------------------------ trials */

#include "CProcProbe.h"

/* --------------------------------------------------------------- isolation */

#include "CProcIsolation.h"

#endif
