#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/seam.h"

/* siginfo of waitid(2) as a status of wait(2). */
static int
status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return (info->si_status & 0xff) << 8;
	case CLD_DUMPED:
		return info->si_status | 0x80;
	default:
		return info->si_status;
	}
}

int
cproc_process_status(int process, int *status)
{
	siginfo_t info;
	int result;

	/* Whoever is told of an end asks once. */
	do {
		memset(&info, 0, sizeof info);
		result = waitid(P_PIDFD, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT);
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		return -1;
	if (info.si_pid == 0)
		return 0;
	*status = status_of(&info);
	return 1;
}

int
cproc_process_release(int process)
{
	siginfo_t info;
	int result = waitid(P_PIDFD, (id_t)process, &info, WEXITED | WNOHANG);
	int error = errno;

	close(process);
	errno = error;
	return result;
}

int
cproc_process_signal(int process, int number)
{
	if (syscall(SYS_pidfd_send_signal, process, number, NULL, 0) == 0)
		return 0;
	/* pdkill(2) says nothing of a process that has ended and is not reaped; neither does this. */
	return errno == ESRCH ? 0 : -1;
}

int
cproc_reaper_acquire(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int
cproc_reaper_status(void)
{
	int is_reaper = 0;

	if (prctl(PR_GET_CHILD_SUBREAPER, &is_reaper, 0, 0, 0) < 0)
		return -1;
	return is_reaper != 0 || getpid() == 1;
}

#endif
