#if defined(__FreeBSD__)

#include "CProc.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/procctl.h>
#include <sys/procdesc.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * Only EVFILT_PROCDESC tells a status without reaping, also when it is registered after the death: a
 * queue for one question.
 */
int
cproc_process_status(int process, int *status)
{
	static const struct timespec at_once = { 0, 0 };
	struct kevent change, event;
	int queue, count, error;

	/* Closed below, before anything can be executed; kqueuex(2) with its flag is too new to rely on. */
	queue = kqueue();
	if (queue < 0)
		return -1;
	EV_SET(&change, (uintptr_t)process, EVFILT_PROCDESC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0, NULL);
	count = kevent(queue, &change, 1, &event, 1, &at_once);
	error = errno;
	close(queue);
	if (count < 0 || (count == 1 && (event.flags & EV_ERROR) != 0)) {
		errno = count < 0 ? error : (int)event.data;
		return -1;
	}
	if (count == 1)
		*status = (int)event.data;
	return count;
}

/* Closing the last descriptor of a dead process reaps it; one that lives was made with PD_DAEMON, and lives on. */
int
cproc_process_release(int process)
{
	return close(process);
}

int
cproc_process_signal(int process, int number)
{
	if (pdkill(process, number) == 0)
		return 0;
	/* Observed: pdkill(2) of a dead process says 0.  A kernel that says ESRCH means the same. */
	return errno == ESRCH ? 0 : -1;
}

/* waitpid(-1) and PROC_REAP_GETPIDS tell adopted children from others: any thread will do. */
int
cproc_run(void (*body)(void *context), void *context)
{
	body(context);
	return 0;
}

int
cproc_reaper_acquire(void)
{
	if (procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL) == 0)
		return 0;
	/* EBUSY: it is a reaper already, as after an exec of a new binary. */
	return errno == EBUSY ? 0 : -1;
}

int
cproc_reaper_status(void)
{
	struct procctl_reaper_status status = { 0 };

	if (procctl(P_PID, getpid(), PROC_REAP_STATUS, &status) < 0)
		return -1;
	return (status.rs_flags & REAPER_STATUS_OWNED) != 0;
}

#endif
