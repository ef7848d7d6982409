#if defined(__FreeBSD__)

#include "../common/walk.h"

#include <fcntl.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * funlinkat(2) removes the name only while it is that of the open file.  Of a directory it refuses a descriptor with
 * O_PATH: EBADF.  Once the name is known to be a directory's or a file's, that it is none any more means that somebody
 * has replaced it.
 */
int
walk_unlink(int parent, const char *name, const struct stat *status, int flags)
{
	struct stat opened;
	int how = (flags & AT_REMOVEDIR) != 0 ? O_RDONLY | O_DIRECTORY : O_PATH;
	int result = -1, file = openat(parent, name, how | O_NOFOLLOW | O_CLOEXEC);

	if (file < 0) {
		if (errno == ENOTDIR || errno == ELOOP || errno == EMLINK)
			errno = ESTALE;
		return -1;
	}
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
