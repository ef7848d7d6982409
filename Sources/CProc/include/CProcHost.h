#ifndef CPROC_HOST_H
#define CPROC_HOST_H

/*
 * What this process and its system are: accounts, limits, signals, modules, the start of the program, what a process does, and
 * the names of errors and statuses.  Included by CProc.h, whose rules hold.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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
	CPROC_SIGNAL_HEARD,   /* TERM, INT, HUP, USR2, CHLD: watched (cproc_queue_watch_signal()) */
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
/* The descriptor becomes the standard input, so that another program that this process becomes, and its child, have it. */
int cproc_background_hand_on(int report);
/* Takes the descriptor that was handed on; the standard input is /dev/null then.  ENOTTY: none was. */
int cproc_background_take(void);
/* Lets go of the terminal (`output` becomes the standard output and error, /dev/null the input), then reports. */
int cproc_background_ready(int report, int output);
/* execv(2), with the environment that there is: this process becomes the program at that path. */
int cproc_become(const char *path, const char *const *arguments);
/* unsetenv(3) */
int cproc_environment_remove(const char *name);
/*
 * Opens /dev/null at the standard numbers that are closed: what the program opens later would be taken for its standard
 * error.  ENOENT: there is no /dev/null.
 */
int cproc_standard_open(void);
/* `output` becomes the standard output and error. */
int cproc_output_replace(int output);
/* `input` becomes the standard input. */
int cproc_input_replace(int input);

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

/*
 * Whether this kernel has the calls that no service can be started, watched or ended without.  Each is made in a way that
 * changes nothing, so this costs microseconds; whether they also do what they should is for the probe to find out.
 */
bool cproc_calls_are_there(void);

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

#endif
