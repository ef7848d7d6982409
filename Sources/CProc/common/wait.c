#if defined(__linux__) || defined(__FreeBSD__)

#include "CProc.h"

#include <poll.h>
#include <time.h>

#include "seam.h"

/* A process descriptor is ready when its process has ended: POLLHUP on FreeBSD, POLLIN on Linux. */
int
cproc_process_wait(int process)
{
	struct pollfd ended = { .fd = process, .events = POLLIN };
	int count;

	do
		count = poll(&ended, 1, -1);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -1;
	if ((ended.revents & POLLNVAL) == 0)
		return 0;
	errno = EBADF;
	return -1;
}

void
cproc_sleep(int64_t nanoseconds)
{
	struct timespec rest = { .tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000) };

	while (nanoseconds > 0 && nanosleep(&rest, &rest) < 0 && errno == EINTR)
		continue;
}

#endif
