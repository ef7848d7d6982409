#if defined(__linux__)

#define _GNU_SOURCE
#include "../common/walk.h"

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * What is there can be asked here too: which mounts, and that there is no jail.  Jails, nullfs, classes of login.conf(5)
 * and the rest of it are FreeBSD's.  Nothing here stands in for them: on Linux a service that asks for a jail is
 * refused when its definition is loaded.
 */

static int
unsupported(char *reason)
{
	if (reason != NULL)
		reason[0] = '\0';
	errno = ENOSYS;
	return -1;
}

/* Linux has no unlinkat(2) that compares: the gap between the look and the removal is as small as can be. */
int
walk_unlink(int parent, const char *name, const struct stat *status, int flags)
{
	struct stat found;

	if (fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (found.st_dev == status->st_dev && found.st_ino == status->st_ino)
		return unlinkat(parent, name, flags);
	errno = ESTALE;
	return -1;
}

int
cproc_mount(const struct cproc_mount *mount, struct cproc_mount_id *id, char reason[CPROC_REASON_SIZE])
{
	(void)mount;
	(void)id;
	return unsupported(reason);
}

int
cproc_mount_seal(const char *root, char reason[CPROC_REASON_SIZE])
{
	(void)root;
	return unsupported(reason);
}

/* What is mounted can be told here too.  statfs(2) has an id, but not of every file system. */
ssize_t
cproc_mounts(struct cproc_mount_entry *entries, size_t capacity)
{
	FILE *table = setmntent("/proc/self/mounts", "re");
	struct mntent *line;
	size_t count = 0;

	if (table == NULL)
		return -1;
	while ((line = getmntent(table)) != NULL) {
		struct statfs status;

		if (count < capacity) {
			struct cproc_mount_entry *entry = &entries[count];

			memset(entry, 0, sizeof *entry);
			if (statfs(line->mnt_dir, &status) == 0)
				memcpy(&entry->id, &status.f_fsid, sizeof entry->id);
			snprintf(entry->type, sizeof entry->type, "%s", line->mnt_type);
			snprintf(entry->source, sizeof entry->source, "%s", line->mnt_fsname);
			snprintf(entry->target, sizeof entry->target, "%s", line->mnt_dir);
		}
		count++;
	}
	endmntent(table);
	return (ssize_t)count;
}

int
cproc_unmount(struct cproc_mount_id id, bool force)
{
	(void)id;
	(void)force;
	return unsupported(NULL);
}

int
cproc_jail_make(const char *name, const char *path, const struct cproc_jail_parameter *parameters, size_t count,
    char reason[CPROC_REASON_SIZE])
{
	(void)name;
	(void)path;
	(void)parameters;
	(void)count;
	return unsupported(reason);
}

int
cproc_jail_named(const char *name, struct cproc_jail *jail)
{
	(void)name;
	(void)jail;
	errno = ENOENT;
	return -1;
}

int
cproc_jail_state(int jid)
{
	(void)jid;
	return CPROC_JAIL_GONE;
}

int
cproc_jail_has_processes(int jid)
{
	(void)jid;
	return unsupported(NULL);
}

ssize_t
cproc_jail_cpus(int jid, uint16_t *cpus, size_t capacity)
{
	(void)jid;
	(void)cpus;
	(void)capacity;
	return unsupported(NULL);
}

int
cproc_jail_remove(int jid)
{
	(void)jid;
	return unsupported(NULL);
}

int
cproc_interface_exists(const char *name)
{
	(void)name;
	return unsupported(NULL);
}

int
cproc_interface_make(const char *name)
{
	(void)name;
	return unsupported(NULL);
}

int
cproc_interface_destroy(const char *name)
{
	(void)name;
	return unsupported(NULL);
}

ssize_t
cproc_interface_description(const char *name, char *buffer, size_t size)
{
	(void)name;
	(void)buffer;
	(void)size;
	return unsupported(NULL);
}

int
cproc_interface_describe(const char *name, const char *description)
{
	(void)name;
	(void)description;
	return unsupported(NULL);
}

int
cproc_interface_up(const char *name)
{
	(void)name;
	return unsupported(NULL);
}

int
cproc_interface_raise(
    const char *interface, const struct cproc_address *addresses, size_t count, size_t *failed)
{
	(void)interface;
	(void)addresses;
	*failed = count;
	return unsupported(NULL);
}

int
cproc_interface_has(const char *interface, const struct cproc_address *address)
{
	(void)interface;
	(void)address;
	return unsupported(NULL);
}

int
cproc_interface_add(const char *interface, const struct cproc_address *address)
{
	(void)interface;
	(void)address;
	return unsupported(NULL);
}

int
cproc_interface_remove(const char *interface, const struct cproc_address *address)
{
	(void)interface;
	(void)address;
	return unsupported(NULL);
}

int
cproc_bridge_add(const char *bridge, const char *member)
{
	(void)bridge;
	(void)member;
	return unsupported(NULL);
}

int
cproc_interface_give(const char *interface, int jid)
{
	(void)interface;
	(void)jid;
	return unsupported(NULL);
}

int
cproc_interface_take_back(const char *interface, int jid)
{
	(void)interface;
	(void)jid;
	return unsupported(NULL);
}

int
cproc_jail_configure(int jid, const struct cproc_jail_network *network, char reason[CPROC_REASON_SIZE])
{
	(void)jid;
	(void)network;
	return unsupported(reason);
}

int
cproc_rule_add(const char *rule)
{
	(void)rule;
	return unsupported(NULL);
}

int
cproc_rule_remove(const char *rule)
{
	(void)rule;
	return unsupported(NULL);
}

char *
cproc_login_class(const char *name, const char *const *capabilities, size_t count, size_t *length)
{
	(void)name;
	(void)capabilities;
	(void)count;
	*length = 0;
	errno = ENOSYS;
	return NULL;
}

#endif
