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
 *   - cproc_queue_wait() and cproc_output_wait() wait as long as they are told.  What looks at or changes files waits for
 *     their disk, what asks for accounts or login classes for the directory service, cproc_module_require() for the module,
 *     and on Linux cproc_spawn() for the child's exec.  The others do not wait;
 *   - every descriptor is close-on-exec from the call that makes it;
 *   - one thread uses it (cproc_run()), since some of it is kept in variables of the library or of this one: errno,
 *     what main got (cproc_argument()), getopt_long(3)'s place, the account databases' place, the time zone.
 */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CProcProcess.h"
#include "CProcQueue.h"
#include "CProcFile.h"
#include "CProcHost.h"
#include "CProcLaunch.h"
#include "CProcKeeper.h"
#include "CProcProbe.h"
#include "CProcJail.h"
#include "CProcSeam.h"

#endif
