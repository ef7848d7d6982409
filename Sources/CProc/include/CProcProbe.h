#ifndef CPROC_PROBE_H
#define CPROC_PROBE_H

/*
 * Trials of what the supervisor asks of a kernel.  Each is made in a process of its own, so that it may take
 * privileges, attach to a jail, or hang, and the caller loses nothing; the caller waits for it with a bound.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the headers had when this was compiled. */
enum cproc_feature {
	CPROC_FEATURE_SYS_CLONE,
	CPROC_FEATURE_SYS_UNSHARE,
	CPROC_FEATURE_SYS_SETNS,
	CPROC_FEATURE_SYS_PIVOT_ROOT,
	CPROC_FEATURE_JAIL,
	CPROC_FEATURE_CAPSICUM,
	CPROC_FEATURE_PRCTL_HEADER,
	CPROC_FEATURE_LINUX_CLOSE_RANGE_HEADER
};

bool cproc_feature(enum cproc_feature feature);

/* What can be tried; from CPROC_PROBE_JAIL on with FreeBSD's kernel only. */
enum cproc_probe {
	CPROC_PROBE_FORK,          /* fork(2), waitpid(2) */
	CPROC_PROBE_SPAWN,         /* posix_spawn_file_actions_addclosefrom_np(3) */
	CPROC_PROBE_CLOSE_RANGE,   /* closing, and marking close-on-exec */
	CPROC_PROBE_FALLOCATE,     /* posix_fallocate(2) */
	CPROC_PROBE_LUTIMES,       /* lutimes(3) */
	CPROC_PROBE_STATVFS,       /* statvfs(3) */
	CPROC_PROBE_CHROOT,        /* chroot(2), seen by what is found inside */
	CPROC_PROBE_LCHOWN,        /* lchown(2) */
	CPROC_PROBE_DESCRIPTOR,    /* pdfork(2); fork(2) and pidfd_open(2) */
	CPROC_PROBE_EXIT,          /* the exit status through the event queue */
	CPROC_PROBE_REAPER,        /* adoption of orphans; on FreeBSD their subtree as well */
	CPROC_PROBE_SIGNAL,        /* pdkill(2); pidfd_send_signal(2) */
	CPROC_PROBE_JAIL,          /* jail_set(2), jail_remove(2) */
	CPROC_PROBE_CAPSICUM,      /* cap_enter(2) */
	CPROC_PROBE_NULLFS,        /* a read-only mount(2) of nullfs(5) */
	CPROC_PROBE_TMPFS,         /* a mount of tmpfs(5) */
	CPROC_PROBE_JAIL_VNET,     /* a jail with a network stack of its own */
	CPROC_PROBE_RCTL           /* rctl_add_rule(2), rctl_remove_rule(2) */
};

enum cproc_probe_outcome {
	CPROC_PROBE_OK = 1,
	CPROC_PROBE_FAILED,
	CPROC_PROBE_UNSUPPORTED /* by the file system that the directory is on */
};

#define CPROC_PROBE_STEP_SIZE 96

struct cproc_probe_result {
	int32_t outcome; /* enum cproc_probe_outcome */
	int32_t error;   /* errno; 0: the call has succeeded and had not the effect that it promises */
	char step[CPROC_PROBE_STEP_SIZE]; /* the call that has failed, or what was found wrong; NUL-terminated */
};

struct cproc_probe_trial {
	pid_t pid; /* leads a process group of its own */
	/*
	 * Non-blocking: a struct cproc_probe_result, then end of file, once the trial and all processes that it has
	 * started are gone.
	 */
	int report;
};

/*
 * Starts a trial.  It works below `directory` (absolute, empty, the caller's), which it may leave files in.  What it
 * makes besides is gone when its processes are (jails, rules), mounts below the directory excepted: those are for
 * cproc_probe_tidy() if the trial was killed.
 * errno: EOPNOTSUPP (another kernel's), EAGAIN, ENOMEM (no process), EMFILE, ENFILE (no descriptor).
 */
int cproc_probe_begin(enum cproc_probe probe, const char *directory, struct cproc_probe_trial *trial);

/* SIGKILL to all of the trial's processes. */
void cproc_probe_kill(pid_t trial);

/*
 * Reaps the trial.  `ended`: the end of file was seen, so that this waits only for what the
 * kernel has left to do; otherwise it waits for nothing.  Returns 1 with the wait(2) status, 0: it still runs.
 */
int cproc_probe_release(pid_t trial, bool ended, int *status);

/* Undoes, by force, what a trial can have mounted below the directory. */
void cproc_probe_tidy(const char *directory);

/* mkdtemp(3): replaces the six X at the end of `template`. */
int cproc_directory_make_temporary(char *template);

#endif
