#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include "seam.h"

/* Numbers that nothing else in a trial has. */
#define FIRST 100
#define LAST 102

/* Anybody's but root's. */
#define SOMEBODY 1

void
probe_ranges(const char *directory, struct cproc_probe_result *result)
{
	(void)directory;
	for (int number = FIRST; number <= LAST; number++) {
		if (dup2(STDIN_FILENO, number) < 0) {
			probe_failed(result, "dup2");
			return;
		}
	}
	/* A gap in the range is no error. */
	close(FIRST + 1);
	if (probe_close_range(FIRST, LAST - 1, false) < 0)
		probe_failed(result, "close_range");
	else if (fcntl(FIRST, F_GETFD) >= 0 || fcntl(LAST, F_GETFD) != 0)
		probe_wrong(result, "close_range: closes others than those that were named");
	else if (probe_close_range(LAST, ~0U, true) < 0)
		probe_failed(result, "close_range CLOSE_RANGE_CLOEXEC");
	else if (fcntl(LAST, F_GETFD) != FD_CLOEXEC)
		probe_wrong(result, "close_range CLOSE_RANGE_CLOEXEC: the descriptor is not close-on-exec");
}

void
probe_fallocate(const char *directory, struct cproc_probe_result *result)
{
	const off_t size = 64 * 1024;
	char path[PATH_MAX];
	struct stat status;
	int descriptor;

	if (probe_path(path, directory, "allocated") < 0 ||
	    (descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0) {
		probe_failed(result, "open");
		return;
	}
	errno = posix_fallocate(descriptor, 0, size);
	/* posix_fallocate(2): EINVAL and EOPNOTSUPP are the file system's, as with ZFS. */
	if (errno == EINVAL || errno == EOPNOTSUPP)
		result->outcome = CPROC_PROBE_UNSUPPORTED;
	else if (errno != 0)
		probe_failed(result, "posix_fallocate");
	else if (fstat(descriptor, &status) < 0)
		probe_failed(result, "fstat");
	else if (status.st_size != size)
		probe_wrong(result, "posix_fallocate: the file has another size");
	close(descriptor);
}

/* A symbolic link to nothing: who follows it fails. */
static int
make_link(char path[PATH_MAX], const char *directory, struct cproc_probe_result *result)
{
	if (probe_path(path, directory, "link") == 0 && symlink("nothing", path) == 0)
		return 0;
	probe_failed(result, "symlink");
	return -1;
}

void
probe_lutimes(const char *directory, struct cproc_probe_result *result)
{
	const struct timeval times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000001 } };
	char path[PATH_MAX];
	struct stat status;

	if (make_link(path, directory, result) < 0)
		return;
	if (lutimes(path, times) < 0)
		probe_failed(result, "lutimes");
	else if (lstat(path, &status) < 0)
		probe_failed(result, "lstat");
	else if (status.st_mtime != times[1].tv_sec)
		probe_wrong(result, "lutimes: the link has another time");
}

void
probe_statvfs(const char *directory, struct cproc_probe_result *result)
{
	struct statvfs system;

	if (statvfs(directory, &system) < 0)
		probe_failed(result, "statvfs");
	else if (system.f_bsize == 0 || system.f_frsize == 0)
		probe_wrong(result, "statvfs: the file system has blocks of no size");
}

void
probe_lchown(const char *directory, struct cproc_probe_result *result)
{
	char path[PATH_MAX];
	struct stat status;

	if (make_link(path, directory, result) < 0)
		return;
	if (lchown(path, SOMEBODY, SOMEBODY) < 0)
		probe_failed(result, "lchown");
	else if (lstat(path, &status) < 0)
		probe_failed(result, "lstat");
	else if (status.st_uid != SOMEBODY || status.st_gid != SOMEBODY)
		probe_wrong(result, "lchown: the link has another owner");
}

void
probe_chroot(const char *directory, struct cproc_probe_result *result)
{
	char root[PATH_MAX], path[PATH_MAX];

	if (probe_path(root, directory, "root") < 0 || mkdir(root, 0700) < 0)
		probe_failed(result, "mkdir");
	else if (probe_path(path, root, "inside") < 0 || probe_touch(path) < 0)
		probe_failed(result, "open");
	else if (chroot(root) < 0)
		probe_failed(result, "chroot");
	else if (chdir("/") < 0)
		probe_failed(result, "chdir");
	else if (access("/inside", F_OK) < 0)
		probe_failed(result, "access in the new root");
}

#endif
