#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "walk.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "seam.h"

static int
copy_bytes(int from, int to)
{
	char buffer[16 * 1024];

	for (;;) {
		ssize_t count = read(from, buffer, sizeof buffer);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return (int)count;
		for (ssize_t written = 0; written < count;) {
			ssize_t taken = write(to, buffer + written, (size_t)(count - written));

			if (taken < 0 && errno == EINTR)
				continue;
			if (taken < 0)
				return -1;
			written += taken;
		}
	}
}

/* chown(2) takes the set-id bits away: the mode comes after it. */
static int
fill_file(int from, const struct stat *source, int to)
{
	if (copy_bytes(from, to) == 0 && fchown(to, source->st_uid, source->st_gid) == 0 &&
	    fchmod(to, source->st_mode & 07777) == 0 && fsync(to) == 0)
		return 0;
	int error = errno;

	(void)fchmod(to, 0600);
	(void)ftruncate(to, 0);
	errno = error;
	return -1;
}

static int
copy_into(int from, const struct stat *source, int parent, const char *name, char *reason)
{
	struct stat target;
	int result = -1, to = walk_open_regular(parent, name, O_WRONLY, &target);

	if (to < 0)
		return -1;
	if (target.st_size != 0 || target.st_nlink != 1 || target.st_uid != geteuid()) {
		strcpy(reason, "the file in its place is not an empty one of the supervisor's");
		errno = EEXIST;
	} else {
		result = fill_file(from, source, to);
	}
	walk_close(to);
	return result;
}

int
cproc_walk_copy(const char *source, const char *root, const char *relative, char reason[CPROC_REASON_SIZE])
{
	char name[NAME_MAX + 1];
	struct stat status;
	int from, parent, result = -1;

	reason[0] = '\0';
	from = open(source, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (from < 0)
		return -1;
	parent = fstat(from, &status) < 0 ? -1 : walk_to_parent(root, relative, true, name);
	if (parent >= 0 && (!S_ISREG(status.st_mode) || name[0] == '\0')) {
		strcpy(reason, "only a regular file can be copied");
		errno = EINVAL;
	} else if (parent >= 0) {
		result = copy_into(from, &status, parent, name, reason);
	}
	walk_close(parent);
	walk_close(from);
	return result;
}

#endif
