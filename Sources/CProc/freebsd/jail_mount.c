#if defined(__FreeBSD__)

#include "../common/walk.h"
#include "jail.h"

#include <sys/param.h>
#include <sys/mount.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/* --------------------------------------------------------- what is mounted */

/*
 * The table of mounts, in one block; NULL: it could not be had.  It may grow between the two questions: there is room
 * for some more, and a table that has filled all of it is asked for again.
 */
static struct statfs *
mount_table(size_t *count)
{
	for (int attempt = 0; attempt < 16; attempt++) {
		int expected = getfsstat(NULL, 0, MNT_NOWAIT), filled;
		struct statfs *table;
		size_t room;

		if (expected < 0)
			return NULL;
		room = (size_t)expected + 16;
		table = malloc(room * sizeof *table);
		if (table == NULL)
			return NULL;
		filled = getfsstat(table, (long)(room * sizeof *table), MNT_NOWAIT);
		if (filled >= 0 && (size_t)filled < room) {
			*count = (size_t)filled;
			return table;
		}
		int error = filled < 0 ? errno : EAGAIN;

		free(table);
		errno = error;
		if (filled < 0)
			return NULL;
	}
	return NULL;
}

bool
mount_is_same(const struct statfs *one, const struct statfs *other)
{
	return memcmp(&one->f_fsid, &other->f_fsid, sizeof one->f_fsid) == 0;
}

static bool
is_in(const struct statfs *table, size_t count, const struct statfs *mounted)
{
	for (size_t i = 0; i < count; i++) {
		if (mount_is_same(&table[i], mounted))
			return true;
	}
	return false;
}

static struct cproc_mount_id
id_of(const struct statfs *mounted)
{
	return (struct cproc_mount_id){ .first = mounted->f_fsid.val[0], .second = mounted->f_fsid.val[1] };
}

ssize_t
cproc_mounts(struct cproc_mount_entry *entries, size_t capacity)
{
	size_t count;
	struct statfs *table = mount_table(&count);

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < count && i < capacity; i++) {
		entries[i].id = id_of(&table[i]);
		strlcpy(entries[i].type, table[i].f_fstypename, sizeof entries[i].type);
		strlcpy(entries[i].source, table[i].f_mntfromname, sizeof entries[i].source);
		strlcpy(entries[i].target, table[i].f_mntonname, sizeof entries[i].target);
	}
	free(table);
	return (ssize_t)count;
}

int
cproc_unmount(struct cproc_mount_id id, bool force)
{
	char name[64];

	snprintf(name, sizeof name, "FSID:%" PRId32 ":%" PRId32, id.first, id.second);
	return unmount(name, MNT_BYFSID | (force ? MNT_FORCE : 0));
}

/* ------------------------------------------------------------------- mounting */

/* In whole pages, as tmpfs(5) keeps it: an update repeats the size, and one that is not the same is refused. */
static uint64_t
whole_pages(uint64_t size)
{
	uint64_t rest = size % (uint64_t)getpagesize();

	return rest == 0 ? size : size + ((uint64_t)getpagesize() - rest);
}

static int
mount_now(const struct cproc_mount *mount, const char *target, char *reason)
{
	char size[32], ruleset[16];
	struct request request;

	request_begin(&request);
	request_text(&request, "fstype", mount->type);
	request_text(&request, "fspath", target);
	if (mount->source != NULL)
		request_text(&request, "target", mount->source);
	if (mount->size > 0) {
		snprintf(size, sizeof size, "%" PRIu64, whole_pages(mount->size));
		request_text(&request, "size", size);
	}
	if (mount->ruleset > 0) {
		snprintf(ruleset, sizeof ruleset, "%d", mount->ruleset);
		request_text(&request, "ruleset", ruleset);
	}
	if (request_mount(&request, mount->read_only ? MNT_RDONLY : 0) == 0)
		return 0;
	return jail_refused(reason, &request);
}

static const char *
source_of(const struct cproc_mount *mount)
{
	return mount->source != NULL ? mount->source : mount->type;
}

static bool
has_kind(const struct statfs *mounted, const struct cproc_mount *mount)
{
	return strcmp(mounted->f_fstypename, mount->type) == 0 && strcmp(mounted->f_mntfromname, source_of(mount)) == 0;
}

/* Whether what the walk now finds is what was asked for and was not there before. */
static int
find_mounted(const struct cproc_mount *mount, const char *target, const struct statfs *before, size_t count,
    struct statfs *found)
{
	int result, point = walk_to(mount->root, mount->relative);

	if (point < 0)
		return -1;
	result = fstatfs(point, found);
	walk_close(point);
	if (result < 0)
		return -1;
	if (has_kind(found, mount) && strcmp(found->f_mntonname, target) == 0 && !is_in(before, count, found))
		return 0;
	errno = EAGAIN;
	return -1;
}

/*
 * nmount(2) takes a path, and somebody may have put a link into it between the look and the mount.  What has landed
 * elsewhere has our type and source, is new, lies where the path leads now that its links are followed, and is the only
 * such mount there: another that is new and like it is somebody else's.  Where that cannot be told nothing is guessed.
 */
static int
take_back(const struct cproc_mount *mount, const char *target, const struct statfs *before, size_t before_count,
    char *reason)
{
	size_t count, candidates = 0, same_place = 0;
	struct statfs landed, *table = mount_table(&count);
	bool is_known = statfs(target, &landed) == 0 && has_kind(&landed, mount) && !is_in(before, before_count, &landed);

	for (size_t i = 0; table != NULL && i < count; i++) {
		if (!has_kind(&table[i], mount) || is_in(before, before_count, &table[i]))
			continue;
		candidates++;
		if (is_known && strcmp(table[i].f_mntonname, landed.f_mntonname) == 0)
			same_place++;
	}
	if (same_place == 1 && cproc_unmount(id_of(&landed), true) == 0)
		jail_refuse(reason, EAGAIN, "it was replaced meanwhile; the mount was taken back from %s",
		    landed.f_mntonname);
	else if (table != NULL && candidates == 0)
		jail_refuse(reason, EAGAIN, "it was replaced meanwhile; nothing is mounted");
	else
		jail_refuse(reason, EAGAIN,
		    "it was replaced meanwhile, and a %s from %s may be mounted elsewhere: see mount(8)", mount->type,
		    source_of(mount));
	free(table);
	errno = EAGAIN;
	return -1;
}

/* tmpfs(5) can be made read-only later only if it was mounted without an option for this. */
static int
set_mode(const struct cproc_mount *mount, const struct statfs *mounted)
{
	struct statfs opened;
	char path[MNAMELEN];
	int result = -1, directory;

	strlcpy(path, mounted->f_mntonname, sizeof path);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return -1;
	if (fstatfs(directory, &opened) == 0 && mount_is_same(&opened, mounted))
		result = fchmod(directory, (mode_t)mount->mode);
	else
		errno = EAGAIN;
	walk_close(directory);
	return result;
}

static int
mount_and_check(const struct cproc_mount *mount, const char *target, struct cproc_mount_id *id, char *reason)
{
	struct statfs mounted;
	size_t count;
	struct statfs *before = mount_table(&count);
	int result = -1;

	if (before == NULL)
		return jail_refuse(reason, errno, "the table of mounts cannot be read");
	if (mount_now(mount, target, reason) == 0) {
		result = find_mounted(mount, target, before, count, &mounted);
		if (result < 0)
			take_back(mount, target, before, count, reason);
	}
	int error = errno;

	free(before);
	errno = error;
	if (result < 0)
		return -1;
	*id = id_of(&mounted);
	if (mount->mode < 0 || set_mode(mount, &mounted) == 0)
		return 0;
	jail_refuse(reason, errno, "its mode cannot be set");
	error = errno;
	(void)cproc_unmount(*id, true);
	errno = error;
	return -1;
}

/*
 * Older kernels mount no file upon a file: ENOTDIR was observed, and ENOENT is possible, since they look for the path of
 * what is to be mounted upon as for that of a directory; later ones may say EINVAL of a file system that cannot.
 */
static int
name_lack_of_files(const struct cproc_mount *mount, char *reason)
{
	struct stat source;
	int error = errno;

	if ((error == ENOTDIR || error == ENOENT || error == EINVAL) && mount->source != NULL && stat(mount->source, &source) == 0 &&
	    S_ISREG(source.st_mode))
		return jail_refuse(reason, EOPNOTSUPP, "this kernel mounts directories only, and no single file");
	errno = error;
	return -1;
}

int
cproc_mount(const struct cproc_mount *mount, struct cproc_mount_id *id, char reason[CPROC_REASON_SIZE])
{
	char target[MNAMELEN];

	reason[0] = '\0';
	if (mount_check(mount, target, reason) < 0)
		return -1;
	if (mount_and_check(mount, target, id, reason) == 0)
		return 0;
	return name_lack_of_files(mount, reason);
}

int
cproc_mount_seal(const char *root, char reason[CPROC_REASON_SIZE])
{
	char target[PATH_MAX];
	struct request request;
	struct statfs mounted;

	reason[0] = '\0';
	if (realpath(root, target) == NULL || statfs(target, &mounted) < 0)
		return -1;
	if (strcmp(mounted.f_fstypename, "tmpfs") != 0 || strcmp(mounted.f_mntonname, target) != 0)
		return jail_refuse(reason, EINVAL, "no tmpfs is mounted there");
	request_begin(&request);
	request_text(&request, "fstype", "tmpfs");
	request_text(&request, "fspath", target);
	/* tmpfs(5) looks for the word: by the flag alone, who has a file open could go on writing. */
	request_add(&request, "ro", NULL, 0);
	if (request_mount(&request, MNT_UPDATE | MNT_RDONLY) < 0)
		return jail_refused(reason, &request);
	if (statfs(target, &mounted) < 0)
		return -1;
	if ((mounted.f_flags & MNT_RDONLY) != 0)
		return 0;
	return jail_refuse(reason, EOPNOTSUPP, "the kernel has accepted it, and the tmpfs can still be written to");
}

#endif
