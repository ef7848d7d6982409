#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seam.h"

int
cproc_output_private(int descriptor)
{
	const int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[128];
	struct stat file;

	if (fstat(descriptor, &file) < 0)
		return -1;
	if (isatty(descriptor)) {
		int error = ttyname_r(descriptor, path, sizeof path);

		if (error == 0)
			return open(path, flags);
		errno = error;
		return -1;
	}
#if defined(__linux__)
	/* FreeBSD's /dev/fd has the same open file, not another one of the same pipe. */
	if (S_ISFIFO(file.st_mode)) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
		return open(path, flags);
	}
#endif
	errno = EOPNOTSUPP;
	return -1;
}

int
cproc_output_wait(int descriptor, int milliseconds)
{
	struct pollfd output = { .fd = descriptor, .events = POLLOUT };
	int count;

	do {
		count = poll(&output, 1, milliseconds);
	} while (count < 0 && errno == EINTR);
	return count;
}

ssize_t
cproc_output_write(int descriptor, const void *buffer, size_t size)
{
	ssize_t count;
	int ready = cproc_output_wait(descriptor, 0);

	if (ready < 0)
		return -1;
	if (ready == 0) {
		errno = EAGAIN;
		return -1;
	}
	do {
		count = write(descriptor, buffer, size < PIPE_BUF ? size : PIPE_BUF);
	} while (count < 0 && errno == EINTR);
	return count;
}

int
cproc_zone_offset(int64_t seconds)
{
	time_t moment = (time_t)seconds;
	struct tm local;

	return localtime_r(&moment, &local) == NULL ? 0 : (int)local.tm_gmtoff;
}

#endif
