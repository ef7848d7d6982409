#ifndef CPROC_SEAM_H
#define CPROC_SEAM_H

/*
 * A seam at the kernel, for tests: what CProc calls can be made to fail, to be interrupted, or to do less than it was asked
 * to.  Only a debug build has it (Package.swift defines CPROC_SEAM there, common/seam.h has the calls); in a release these
 * functions do not exist, and calls go straight to the system.
 *
 * The faults are those of the calling thread, so that tests do not meet each other's.  On Linux a child that cproc_spawn()
 * makes shares the memory until its exec, so faults strike there too and are counted; on FreeBSD they strike in its copy.
 */

#include <stddef.h>

/* For a fault that strikes as often as the call is made. */
#define CPROC_FAULT_ALWAYS 0

struct cproc_fault {
	const char *call; /* the C function's name; a bare system call's without SYS_.  Copied */
	int error;        /* errno of a call that is not made, but fails.  0: it is made */
	unsigned after;   /* so many calls are let pass first */
	unsigned times;   /* so many are struck then, or CPROC_FAULT_ALWAYS */
	size_t most;      /* with no error: it reads or writes at most so many bytes */
};

/* EINVAL: a name that is too long, or neither an error nor a bound.  ENOSPC: there are 16 already. */
int cproc_fault_add(const struct cproc_fault *fault);
/* How many calls of that name were struck since the faults were cleared. */
unsigned cproc_faults_struck(const char *call);
void cproc_faults_clear(void);

#endif
