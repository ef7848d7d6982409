#if defined(__FreeBSD__)

#include "CProc.h"
#include "process_table.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/seam.h"

static int
boot_time(struct timeval *time)
{
	int name[2] = { CTL_KERN, KERN_BOOTTIME };
	size_t size = sizeof *time;

	return sysctl(name, 2, time, &size, NULL, 0);
}

/*
 * kern.boot_id is a number of 16 random bytes.  Kernels without it have only the time of the boot, which moves when
 * somebody sets the clock: a record then seems to be from before a reboot, and its processes are left alone.
 */
int
cproc_boot_name(char *buffer, size_t size)
{
	unsigned char random[16];
	size_t length = sizeof random;
	struct timeval time;

	if (size < 2 * sizeof random + 1) {
		errno = ERANGE;
		return -1;
	}
	if (sysctlbyname("kern.boot_id", random, &length, NULL, 0) == 0 && length == sizeof random) {
		for (size_t i = 0; i < sizeof random; i++)
			snprintf(buffer + 2 * i, 3, "%02x", random[i]);
		return 0;
	}
	if (boot_time(&time) < 0)
		return -1;
	snprintf(buffer, size, "%lld", (long long)time.tv_sec);
	return 0;
}

int64_t
cproc_start_precision(void)
{
	return 1000;
}

/* What microuptime(9) reads when a process is made. */
int64_t
cproc_clock_start(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_UPTIME_PRECISE, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * ki_start is the start in uptime plus the time of the boot as the kernel has it at the moment of the question; taking
 * the latter off again leaves what does not change when the clock is set.
 */
static int64_t
start_of(const struct kinfo_proc *info, const struct timeval *boot)
{
	int64_t seconds = (int64_t)info->ki_start.tv_sec - boot->tv_sec;
	int64_t microseconds = (int64_t)info->ki_start.tv_usec - boot->tv_usec;

	return (seconds * 1000000 + microseconds) * 1000;
}

/* The table of processes, and the time of the boot as it was when the kernel made it: a clock that is being set is asked again. */
static struct kinfo_proc *
all_processes(size_t *count, struct timeval *boot)
{
	for (int attempt = 0; attempt < 16; attempt++) {
		struct kinfo_proc *processes;
		struct timeval after;

		if (boot_time(boot) < 0)
			return NULL;
		processes = process_table(count);
		if (processes == NULL)
			return NULL;
		if (boot_time(&after) == 0 && after.tv_sec == boot->tv_sec && after.tv_usec == boot->tv_usec)
			return processes;
		free(processes);
	}
	errno = EAGAIN;
	return NULL;
}

ssize_t
cproc_process_infos(struct cproc_process_info *infos, size_t capacity)
{
	struct timeval boot;
	size_t total;
	ssize_t count = 0;
	struct kinfo_proc *processes = all_processes(&total, &boot);

	if (processes == NULL)
		return -1;
	for (size_t i = 0; i < total; i++) {
		const struct kinfo_proc *process = &processes[i];

		if (!process_lives(process))
			continue;
		if ((size_t)count < capacity) {
			infos[count] = (struct cproc_process_info){
				.pid = process->ki_pid, .parent = process->ki_ppid, .session = process->ki_sid,
				.start = start_of(process, &boot),
			};
		}
		count++;
	}
	free(processes);
	return count;
}

int
cproc_start_of(pid_t pid, int64_t *start)
{
	int name[4] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	struct timeval before, after;
	struct kinfo_proc info;

	/* A clock that is being set between the questions is asked again. */
	for (int attempt = 0; attempt < 16; attempt++) {
		size_t size = sizeof info;

		memset(&info, 0, sizeof info);
		if (boot_time(&before) < 0 || sysctl(name, 4, &info, &size, NULL, 0) < 0)
			return -1;
		if (size == 0 || !process_lives(&info)) {
			errno = ESRCH;
			return -1;
		}
		if (boot_time(&after) == 0 && after.tv_sec == before.tv_sec && after.tv_usec == before.tv_usec) {
			*start = start_of(&info, &before);
			return 0;
		}
	}
	errno = EAGAIN;
	return -1;
}

static bool
is_still(pid_t pid, int64_t start)
{
	int64_t found;

	return cproc_start_of(pid, &found) == 0 && found == start;
}

/*
 * There is no call from a pid to a process descriptor (pdfork(2)): a kqueue that waits for the exit of the one process
 * takes its place.  It can itself be watched, and is readable when the exit has come.
 */
int
cproc_hold(pid_t pid, int64_t start)
{
	struct kevent change;
	int error, held = kqueue();

	if (held < 0)
		return -1;
	EV_SET(&change, (uintptr_t)pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
	if (fcntl(held, F_SETFD, FD_CLOEXEC) == 0 && kevent(held, &change, 1, NULL, 0, NULL) == 0) {
		if (is_still(pid, start))
			return held;
		errno = ESRCH;
	}
	error = errno;
	close(held);
	errno = error;
	return -1;
}

/* kill(2) by pid: that it is still the process is asked directly before. */
int
cproc_held_signal(int held, pid_t pid, int64_t start, int number)
{
	(void)held;
	if (!is_still(pid, start)) {
		errno = ESRCH;
		return -1;
	}
	return kill(pid, number);
}

#endif
