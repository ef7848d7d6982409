#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seam.h"

int
cproc_open(const char *path, enum cproc_open how, mode_t mode)
{
	/* A pipe or a device that has no other side must not hold the caller up. */
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	switch (how) {
	case CPROC_OPEN_READ:
		flags |= O_RDONLY;
		break;
	case CPROC_OPEN_APPEND:
		/* Logs may lie where a service's user can write: no link of theirs leads elsewhere. */
		flags |= O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW;
		break;
	case CPROC_OPEN_CREATE:
		flags |= O_WRONLY | O_TRUNC | O_CREAT;
		break;
	case CPROC_OPEN_NEW:
		flags |= O_WRONLY | O_CREAT | O_EXCL;
		break;
	case CPROC_OPEN_WATCH:
		return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	int descriptor = open(path, flags, mode);
	if (descriptor < 0)
		return -1;
	/* Whoever inherits it expects a descriptor like any other. */
	if (fcntl(descriptor, F_SETFL, flags & O_APPEND) < 0) {
		int error = errno;

		close(descriptor);
		errno = error;
		return -1;
	}
	return descriptor;
}

int
cproc_close(int descriptor)
{
	return close(descriptor);
}

ssize_t
cproc_read(int descriptor, void *buffer, size_t size)
{
	ssize_t count;

	do {
		count = read(descriptor, buffer, size);
	} while (count < 0 && errno == EINTR);
	return count;
}

ssize_t
cproc_write(int descriptor, const void *buffer, size_t size)
{
	ssize_t count;

	do {
		count = write(descriptor, buffer, size);
	} while (count < 0 && errno == EINTR);
	return count;
}

ssize_t
cproc_send(int socket, const void *buffer, size_t size)
{
	ssize_t count;

	do {
		count = send(socket, buffer, size, MSG_NOSIGNAL);
	} while (count < 0 && errno == EINTR);
	return count;
}

int
cproc_set_owner(int descriptor, uid_t user, gid_t group)
{
	return fchown(descriptor, user, group);
}

int
cproc_sync(int descriptor)
{
	return fsync(descriptor);
}

int
cproc_descriptor_room(unsigned count, uint64_t likely)
{
	int copies[128];
	struct rlimit limit;
	unsigned held = 0;
	int error;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 > likely + 512)
		return 0;
	if (count > sizeof copies / sizeof copies[0])
		count = sizeof copies / sizeof copies[0];
	while (held < count && (copies[held] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		held++;
	error = errno;
	for (unsigned i = 0; i < held; i++)
		close(copies[i]);
	errno = error;
	return held == count ? 0 : -1;
}

int
cproc_duplicate(int descriptor)
{
	return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

int
cproc_set_nonblocking(int descriptor)
{
	int flags = fcntl(descriptor, F_GETFL);

	return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int
cproc_set_mode(int descriptor, mode_t mode)
{
	return fchmod(descriptor, mode);
}

int
cproc_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}

#endif
