#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/seam.h"

int
cproc_local_peer(int connection, struct cproc_peer *peer)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return -1;
	peer->user = credentials.uid;
	peer->group = credentials.gid;
	peer->pid = credentials.pid;
	return 0;
}

int
cproc_executable(char *buffer, size_t size)
{
	return cproc_link_destination("/proc/self/exe", buffer, size);
}

/* A part of a name below /proc or /sys: no slash, and no leading dot. */
static bool
is_plain(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 128;
}

/*
 * /sys/module has the loaded modules and those built in that have parameters; their names are
 * written with `_` there.
 */
int
cproc_module_require(const char *name)
{
	char path[160];

	if (!is_plain(name)) {
		errno = ENOENT;
		return -1;
	}
	snprintf(path, sizeof path, "/sys/module/%s", name);
	for (char *at = path + strlen("/sys/module/"); *at != '\0'; at++) {
		if (*at == '-')
			*at = '_';
	}
	return access(path, F_OK);
}

/* The file below /proc/sys whose path is the name with slashes for dots. */
ssize_t
cproc_sysctl(const char *name, char *buffer, size_t size)
{
	char path[160];
	int descriptor, error;
	ssize_t count;

	if (!is_plain(name) || strstr(name, "..") != NULL) {
		errno = ENOENT;
		return -1;
	}
	snprintf(path, sizeof path, "/proc/sys/%s", name);
	for (char *at = path + strlen("/proc/sys/"); *at != '\0'; at++) {
		if (*at == '.')
			*at = '/';
	}
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	count = read(descriptor, buffer, size);
	error = errno;
	close(descriptor);
	if (count < 0 || (size_t)count == size) {
		errno = count < 0 ? error : ERANGE;
		return -1;
	}
	while (count > 0 && buffer[count - 1] == '\n')
		count--;
	buffer[count] = '\0';
	return count;
}

#endif
