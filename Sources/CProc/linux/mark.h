#ifndef CPROC_MARK_H
#define CPROC_MARK_H

#include <sys/types.h>

/*
 * Linux does not tell from which of a reaper's children a process descends.  So each first process
 * marks itself with its own pid, in a place that children inherit, that exec keeps, and that a
 * cleared environment, a new session or a double fork do not touch: the hard limit RLIMIT_RTTIME
 * (setrlimit(2)), which only processes of the real-time classes feel, set to a value that is as
 * good as none (146,000 years) and carries the pid in its low bits.  Raising it again takes
 * CAP_SYS_RESOURCE.
 */

/*
 * In the first process, async-signal-safe.  Where the limit may not be set (a supervisor below
 * another one) the other signs must do.
 */
void mark_self(void);

/* The pid with which a process is marked, or 0. */
pid_t mark_of(pid_t pid);

#endif
