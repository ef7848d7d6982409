#if defined(__FreeBSD__)

#include "../common/walk.h"

#include <fcntl.h>
#include <unistd.h>

/* funlinkat(2) removes the name only while it is that of the open file. */
int
walk_unlink(int parent, const char *name, const struct stat *status, int flags)
{
	struct stat opened;
	int result = -1, file = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (file < 0)
		return -1;
	if (fstat(file, &opened) == 0) {
		if (opened.st_dev == status->st_dev && opened.st_ino == status->st_ino)
			result = funlinkat(parent, name, file, flags);
		else
			errno = ESTALE;
	}
	if (result < 0 && errno == EDEADLK)
		errno = ESTALE;
	walk_close(file);
	return result;
}

#endif
