#if defined(__FreeBSD__)

#include "../common/walk.h"
#include "isolation.h"

#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <fcntl.h>
#include <fs/devfs/devfs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
isolation_refuse(char *reason, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, CPROC_REASON_SIZE, format, arguments);
	va_end(arguments);
	errno = error;
	return -1;
}

int
isolation_refused(char *reason, struct request *request)
{
	return isolation_refuse(reason, errno, "%s", request_message(request));
}

/* The path by which the kernel will know the mount: its links resolved. */
static int
resolve_target(const struct cproc_mount *mount, char target[MNAMELEN], char *reason)
{
	char root[PATH_MAX];
	int length;

	if (realpath(mount->root, root) == NULL)
		return isolation_refuse(reason, errno, "%s cannot be resolved", mount->root);
	if (mount->relative[0] == '\0')
		length = snprintf(target, MNAMELEN, "%s", root);
	else
		length = snprintf(target, MNAMELEN, "%s/%s", strcmp(root, "/") == 0 ? "" : root, mount->relative);
	if (length >= 0 && length < MNAMELEN)
		return 0;
	return isolation_refuse(reason, ENAMETOOLONG, "the path of a mount has at most %d bytes", MNAMELEN - 1);
}

/*
 * To the kernel every mistake is EINVAL, and nullfs onto itself a loop without an end: all is looked at before.  What it is
 * counts, not what it is called.
 */
static int
check_pair(const struct cproc_mount *mount, const struct stat *target, char *reason)
{
	struct stat source;

	if (stat(mount->source, &source) < 0)
		return isolation_refuse(reason, errno, "the source %s cannot be looked at", mount->source);
	if (source.st_dev == target->st_dev && source.st_ino == target->st_ino)
		return isolation_refuse(reason, EDEADLK, "source and target are the same, and the kernel would hang");
	if (!S_ISDIR(source.st_mode) && !S_ISREG(source.st_mode))
		return isolation_refuse(reason, EINVAL, "%s is neither a directory nor a regular file", mount->source);
	if (S_ISDIR(source.st_mode) && !S_ISDIR(target->st_mode))
		return isolation_refuse(reason, ENOTDIR, "%s is a directory, and what it is to be mounted upon is none",
		    mount->source);
	/* The kernel would do it, and the directory would be a file. */
	if (!S_ISDIR(source.st_mode) && S_ISDIR(target->st_mode))
		return isolation_refuse(reason, EISDIR, "%s is a file, and what it is to be mounted upon is a directory",
		    mount->source);
	if (strlen(mount->source) >= MNAMELEN)
		return isolation_refuse(reason, ENAMETOOLONG, "the path of a mount has at most %d bytes", MNAMELEN - 1);
	return 0;
}

static int
check_target(const struct cproc_mount *mount, char *reason)
{
	struct stat status;
	int result, target = walk_to(mount->root, mount->relative);

	if (target < 0)
		return isolation_refuse(reason, errno, "what is to be mounted upon cannot be opened");
	result = fstat(target, &status);
	walk_close(target);
	if (result < 0)
		return -1;
	if (mount->source != NULL)
		return check_pair(mount, &status, reason);
	if (S_ISDIR(status.st_mode))
		return 0;
	return isolation_refuse(reason, ENOTDIR, "what is to be mounted upon is no directory");
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
		return isolation_refuse(reason, errno, "the rules of devfs(8) cannot be asked for");
	if (count > 0)
		return 0;
	return isolation_refuse(reason, ENOENT,
	    "the ruleset %u of devfs(8) has no rules, and all devices would be seen: load /etc/defaults/devfs.rules by "
	    "`service devfs restart`", ruleset);
}

static int
check_ruleset(int ruleset, char *reason)
{
	int devices, result;

	if (ruleset < 1 || ruleset > UINT16_MAX)
		return isolation_refuse(reason, EINVAL, "a ruleset of devfs(8) has a number from 1 to %d", UINT16_MAX);
	devices = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (devices < 0)
		return isolation_refuse(reason, errno, "the rules of devfs(8) cannot be asked for");
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
