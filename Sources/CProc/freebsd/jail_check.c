#if defined(__FreeBSD__)

#include "../common/walk.h"
#include "jail.h"

#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <fcntl.h>
#include <fs/devfs/devfs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/seam.h"

int
jail_refuse(char *reason, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, CPROC_REASON_SIZE, format, arguments);
	va_end(arguments);
	errno = error;
	return -1;
}

int
jail_refused(char *reason, struct request *request)
{
	return jail_refuse(reason, errno, "%s", request_message(request));
}

/* The path by which the kernel will know the mount: its links resolved. */
static int
resolve_target(const struct cproc_mount *mount, char target[MNAMELEN], char *reason)
{
	char root[PATH_MAX];
	int length;

	if (realpath(mount->root, root) == NULL)
		return jail_refuse(reason, errno, "%s cannot be resolved", mount->root);
	if (mount->relative[0] == '\0')
		length = snprintf(target, MNAMELEN, "%s", root);
	else
		length = snprintf(target, MNAMELEN, "%s/%s", strcmp(root, "/") == 0 ? "" : root, mount->relative);
	if (length >= 0 && length < MNAMELEN)
		return 0;
	return jail_refuse(reason, ENAMETOOLONG, "the path of a mount has at most %d bytes", MNAMELEN - 1);
}

/* The file system at the bottom of a stack of nullfs(5), by the paths that these were mounted from. */
static int
go_to_bottom(struct statfs *mounted)
{
	char below[MNAMELEN];

	for (int depth = 0; strcmp(mounted->f_fstypename, "nullfs") == 0; depth++) {
		if (depth == 32) {
			errno = ELOOP;
			return -1;
		}
		strlcpy(below, mounted->f_mntfromname, sizeof below);
		if (statfs(below, mounted) < 0)
			return -1;
	}
	return 0;
}

/*
 * 1: both are one file, or one through a nullfs.  A file seen through a nullfs keeps its inode, not its device, and shares
 * the lock of what is below: the kernel, which looks one level deep for itself, would wait for its own lock for ever.
 */
static int
is_same_file(const char *source, const struct stat *source_status, int target, const struct stat *target_status)
{
	struct statfs below_source, below_target;

	if (source_status->st_ino != target_status->st_ino)
		return 0;
	if (source_status->st_dev == target_status->st_dev)
		return 1;
	if (statfs(source, &below_source) < 0 || go_to_bottom(&below_source) < 0 || fstatfs(target, &below_target) < 0 ||
	    go_to_bottom(&below_target) < 0)
		return -1;
	return mount_is_same(&below_source, &below_target);
}

/*
 * To the kernel every mistake is EINVAL, and nullfs onto itself a loop without an end: all is looked at before.  What it is
 * counts, not what it is called.
 */
static int
check_pair(const struct cproc_mount *mount, int point, const struct stat *target, char *reason)
{
	struct stat source;
	int is_same;

	if (stat(mount->source, &source) < 0)
		return jail_refuse(reason, errno, "the source %s cannot be looked at", mount->source);
	is_same = is_same_file(mount->source, &source, point, target);
	if (is_same < 0)
		return jail_refuse(reason, errno, "what lies below the nullfs of source or target cannot be looked at");
	if (is_same > 0)
		return jail_refuse(reason, EDEADLK, "source and target are the same, and the kernel would hang");
	if (!S_ISDIR(source.st_mode) && !S_ISREG(source.st_mode))
		return jail_refuse(reason, EINVAL, "%s is neither a directory nor a regular file", mount->source);
	if (S_ISDIR(source.st_mode) && !S_ISDIR(target->st_mode))
		return jail_refuse(reason, ENOTDIR, "%s is a directory, and what it is to be mounted upon is none",
		    mount->source);
	/* The kernel would do it, and the directory would be a file. */
	if (!S_ISDIR(source.st_mode) && S_ISDIR(target->st_mode))
		return jail_refuse(reason, EISDIR, "%s is a file, and what it is to be mounted upon is a directory",
		    mount->source);
	if (strlen(mount->source) >= MNAMELEN)
		return jail_refuse(reason, ENAMETOOLONG, "the path of a mount has at most %d bytes", MNAMELEN - 1);
	return 0;
}

/* Every mount has an id that is not zero, but to a process in a jail statfs(2) does not tell it. */
static int
check_point(const struct cproc_mount *mount, int point, char *reason)
{
	struct stat status;
	struct statfs mounted;

	if (fstat(point, &status) < 0 || fstatfs(point, &mounted) < 0)
		return -1;
	if (mounted.f_fsid.val[0] == 0 && mounted.f_fsid.val[1] == 0)
		return jail_refuse(reason, EPERM,
		    "the kernel does not tell the ids of mounts to a process in a jail, and without its id a mount cannot be undone");
	if (mount->source != NULL)
		return check_pair(mount, point, &status, reason);
	if (S_ISDIR(status.st_mode))
		return 0;
	return jail_refuse(reason, ENOTDIR, "what is to be mounted upon is no directory");
}

static int
check_target(const struct cproc_mount *mount, char *reason)
{
	int result, point = walk_to(mount->root, mount->relative);

	if (point < 0)
		return jail_refuse(reason, errno, "what is to be mounted upon cannot be opened");
	result = check_point(mount, point, reason);
	walk_close(point);
	return result;
}

/*
 * Whether a ruleset has rules, and whether each that it includes has some.  The kernel follows an inclusion one level
 * deep by itself (vfs.devfs.rule_depth).
 */
static int
check_rules(int devices, unsigned ruleset, int depth, char *reason)
{
	struct devfs_rule rule;
	unsigned count = 0;

	memset(&rule, 0, sizeof rule);
	rule.dr_magic = DEVFS_MAGIC;
	rule.dr_id = mkrid(ruleset, 0U);
	errno = ENOENT;
	while (ioctl(devices, DEVFSIO_RGETNEXT, &rule) == 0 && rid2rsn(rule.dr_id) == ruleset) {
		count++;
		if ((rule.dr_iacts & DRA_INCSET) != 0 && depth > 0 &&
		    check_rules(devices, rule.dr_incset, depth - 1, reason) < 0)
			return -1;
		errno = ENOENT;
	}
	if (errno != ENOENT)
		return jail_refuse(reason, errno, "the rules of devfs(8) cannot be asked for");
	if (count > 0)
		return 0;
	return jail_refuse(reason, ENOENT,
	    "the ruleset %u of devfs(8) has no rules, and all devices would be seen: load /etc/defaults/devfs.rules by "
	    "`service devfs restart`", ruleset);
}

static int
check_ruleset(int ruleset, char *reason)
{
	int devices, result;

	if (ruleset < 1 || ruleset > UINT16_MAX)
		return jail_refuse(reason, EINVAL, "a ruleset of devfs(8) has a number from 1 to %d", UINT16_MAX);
	devices = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (devices < 0)
		return jail_refuse(reason, errno, "the rules of devfs(8) cannot be asked for");
	result = check_rules(devices, (unsigned)ruleset, 1, reason);
	walk_close(devices);
	return result;
}

int
mount_check(const struct cproc_mount *mount, char target[MNAMELEN], char *reason)
{
	if (resolve_target(mount, target, reason) < 0 || check_target(mount, reason) < 0)
		return -1;
	return strcmp(mount->type, "devfs") == 0 ? check_ruleset(mount->ruleset, reason) : 0;
}

#endif
