#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"
#include "CProcJail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "seam.h"

static int
make_address(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	if (length >= sizeof address->sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address->sun_path, path, length + 1);
	return 0;
}

static int
close_with(int descriptor, int error)
{
	close(descriptor);
	errno = error;
	return -1;
}

int
cproc_local_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address;
	int listener;

	if (make_address(path, &address) < 0)
		return -1;
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return -1;
	if (bind(listener, (const struct sockaddr *)&address, sizeof address) < 0)
		return close_with(listener, errno);
	/* Before listen(2) nobody can connect, whatever the permissions are until here. */
	if (chmod(path, mode) < 0 || listen(listener, SOMAXCONN) < 0) {
		int error = errno;

		unlink(path);
		return close_with(listener, error);
	}
	return listener;
}

int
cproc_local_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int
cproc_local_connect(const char *path)
{
	struct sockaddr_un address;
	int connection;

	if (make_address(path, &address) < 0)
		return -1;
	connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection < 0)
		return -1;
	if (connect(connection, (const struct sockaddr *)&address, sizeof address) < 0)
		return close_with(connection, errno);
	return connection;
}

int
cproc_local_accept(int listener)
{
	int connection;

	do {
		connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (connection < 0 && errno == EINTR);
	return connection;
}

/*
 * A lock belongs to the open file: a child has a copy of it from the fork to its exec, and lives on when who was starting it
 * is killed.  So whoever comes right after a death finds the file locked for a moment, by nobody who means it.
 */
static int
take_lock(int descriptor)
{
	for (int attempt = 0; attempt < 50; attempt++) {
		if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		cproc_sleep(20 * 1000 * 1000);
	}
	errno = EWOULDBLOCK;
	return -1;
}

int
cproc_lock_file(const char *path, mode_t mode)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);

	if (descriptor < 0)
		return -1;
	if (take_lock(descriptor) < 0)
		return close_with(descriptor, errno);
	return descriptor;
}

int
cproc_content_replace(int descriptor, const char *text, size_t size)
{
	ssize_t count;

	if (ftruncate(descriptor, 0) < 0)
		return -1;
	count = pwrite(descriptor, text, size, 0);
	if (count >= 0 && (size_t)count < size)
		errno = ENOSPC;
	return count == (ssize_t)size ? 0 : -1;
}

#endif
