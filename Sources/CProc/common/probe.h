#ifndef CPROC_COMMON_PROBE_H
#define CPROC_COMMON_PROBE_H

#include "CProcProbe.h"

#include <limits.h>

/* A trial: says in *result what has failed, or nothing. */
typedef void probe_function(const char *directory, struct cproc_probe_result *result);

/* errno with the call that set it. */
void probe_failed(struct cproc_probe_result *result, const char *call);
/* A call has said that it succeeded, and has not done what it promises. */
void probe_wrong(struct cproc_probe_result *result, const char *what);
/* directory/name; ENAMETOOLONG. */
int probe_path(char path[PATH_MAX], const char *directory, const char *name);
/* Makes an empty file. */
int probe_touch(const char *path);

/* What holds a process until the trial lets it go, or is gone itself: a pipe that nobody writes to. */
struct probe_gate {
	int ends[2];
};

int probe_gate_make(struct probe_gate *gate);
/* In the child: waits, and ends. */
_Noreturn void probe_gate_wait(const struct probe_gate *gate, int code);
void probe_gate_open(const struct probe_gate *gate);

/* waitpid(2) of one process, whatever interrupts it. */
int probe_wait(pid_t pid, int *status);
/* Reads `size` bytes; -1 with EPIPE when the file ends before. */
int probe_read(int descriptor, void *buffer, size_t size);

/* The kernel's side: linux/probe.c, freebsd/probe.c. */

/* NULL: not this kernel's. */
probe_function *probe_of_system(enum cproc_probe probe);
int probe_close_range(unsigned first, unsigned last, bool on_exec);
/* fork(2) with a process descriptor for the child. */
pid_t probe_fork_described(int *process);
extern const char probe_fork_described_call[];
extern const char probe_signal_call[];
extern const char probe_reaper_call[];
/* The orphan was adopted by this process: is it told whose it is, and can it be killed by that?  -1: *result says why. */
int probe_end_subtree(pid_t first, pid_t orphan, struct cproc_probe_result *result);

/* common/probe_process.c */
probe_function probe_fork, probe_spawn, probe_descriptor, probe_exit, probe_reaper, probe_signal;
/* common/probe_file.c */
probe_function probe_ranges, probe_fallocate, probe_lutimes, probe_statvfs, probe_chroot, probe_lchown;

#endif
