#if defined(__FreeBSD__)

#include "probe.h"

#include <sys/param.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/* The mount points, which cproc_probe_tidy() has to know. */
static const char nullfs[] = "nullfs";
static const char tmpfs[] = "tmpfs";

void
probe_request_failed(struct request *request, struct cproc_probe_result *result, const char *call)
{
	int error = errno;
	char text[CPROC_PROBE_STEP_SIZE];

	if (request_message(request)[0] == '\0') {
		probe_failed(result, call);
		return;
	}
	snprintf(text, sizeof text, "%s: %s", call, request_message(request));
	errno = error;
	probe_failed(result, text);
}

/* unmount(2): EBUSY, and with MNT_FORCE nothing is in the way. */
static int
unmount_now(const char *path)
{
	if (unmount(path, 0) == 0)
		return 0;
	return errno == EBUSY ? unmount(path, MNT_FORCE) : -1;
}

/*
 * nullfs onto itself spins in the kernel, beyond the reach of SIGKILL: the two are compared by what they are, not
 * by their names.
 */
static int
are_different(const char *one, const char *other)
{
	struct stat first, second;

	if (stat(one, &first) < 0 || stat(other, &second) < 0)
		return -1;
	if (first.st_dev != second.st_dev || first.st_ino != second.st_ino)
		return 0;
	errno = EDEADLK;
	return -1;
}

/* A file of the source is seen through the mount, and none can be made. */
static void
look_through(const char *point, struct cproc_probe_result *result)
{
	char seen[PATH_MAX], refused[PATH_MAX];

	if (probe_path(seen, point, "inside") < 0 || access(seen, F_OK) < 0)
		probe_failed(result, "access through the mount");
	else if (probe_path(refused, point, "refused") < 0 || probe_touch(refused) == 0)
		probe_wrong(result, "nmount MNT_RDONLY: a file could be made");
	else if (errno != EROFS)
		probe_failed(result, "open through the mount");
}

void
probe_nullfs(const char *directory, struct cproc_probe_result *result)
{
	char source[PATH_MAX], inside[PATH_MAX], point[PATH_MAX];
	struct request request;

	if (probe_path(source, directory, "source") < 0 || mkdir(source, 0700) < 0 ||
	    probe_path(point, directory, nullfs) < 0 || mkdir(point, 0700) < 0) {
		probe_failed(result, "mkdir");
		return;
	}
	if (probe_path(inside, source, "inside") < 0 || probe_touch(inside) < 0) {
		probe_failed(result, "open");
		return;
	}
	if (are_different(source, point) < 0) {
		probe_failed(result, "stat of mount point and source");
		return;
	}
	request_begin(&request);
	request_text(&request, "fstype", "nullfs");
	request_text(&request, "fspath", point);
	request_text(&request, "target", source);
	if (request_mount(&request, MNT_RDONLY) < 0) {
		probe_request_failed(&request, result, "nmount");
		return;
	}
	look_through(point, result);
	/* What was found wrong first is what is told. */
	if (unmount_now(point) < 0 && result->outcome == CPROC_PROBE_OK)
		probe_failed(result, "unmount");
}

void
probe_tmpfs(const char *directory, struct cproc_probe_result *result)
{
	char point[PATH_MAX], inside[PATH_MAX];
	struct request request;

	if (probe_path(point, directory, tmpfs) < 0 || mkdir(point, 0700) < 0) {
		probe_failed(result, "mkdir");
		return;
	}
	request_begin(&request);
	request_text(&request, "fstype", "tmpfs");
	request_text(&request, "fspath", point);
	request_text(&request, "size", "1048576");
	if (request_mount(&request, 0) < 0) {
		probe_request_failed(&request, result, "nmount");
		return;
	}
	if (probe_path(inside, point, "inside") < 0 || probe_touch(inside) < 0)
		probe_failed(result, "open in the mount");
	if (unmount_now(point) < 0) {
		if (result->outcome == CPROC_PROBE_OK)
			probe_failed(result, "unmount");
	} else if (result->outcome == CPROC_PROBE_OK && access(inside, F_OK) == 0) {
		probe_wrong(result, "nmount: the file was made below the mount, not in it");
	}
}

/* EINVAL, what is not mounted, is the usual answer; what stays is found when the directory is removed. */
void
cproc_probe_tidy(const char *directory)
{
	char point[PATH_MAX];

	if (probe_path(point, directory, nullfs) == 0)
		(void)unmount(point, MNT_FORCE);
	if (probe_path(point, directory, tmpfs) == 0)
		(void)unmount(point, MNT_FORCE);
}

#endif
