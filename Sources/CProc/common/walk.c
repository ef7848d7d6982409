#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "walk.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "seam.h"

/*
 * A directory that was opened cannot be turned into another one: each component is looked up in the descriptor of the one
 * before, and a link is never followed.  Whoever may write below the root can make a walk fail, and nothing else.
 */

void
walk_close(int descriptor)
{
	int error = errno;

	if (descriptor >= 0)
		close(descriptor);
	errno = error;
}

/*
 * O_NOFOLLOW on a link is ELOOP on Linux and EMLINK on FreeBSD; with O_DIRECTORY and O_PATH it is ENOTDIR on both. One
 * answer for all of them.
 */
static void
name_the_link(int parent, const char *name)
{
	int error = errno;
	struct stat status;

	if (error != ENOTDIR && error != ELOOP && error != EMLINK)
		return;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		error = S_ISLNK(status.st_mode) ? ELOOP : ENOTDIR;
	errno = error;
}

static int
open_below(int parent, const char *name, int flags)
{
	/* The mode counts where O_CREAT is among the flags. */
	int descriptor = openat(parent, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (descriptor < 0)
		name_the_link(parent, name);
	return descriptor;
}

static int
is_own(int root)
{
	struct stat status;

	if (fstat(root, &status) < 0)
		return -1;
	if ((status.st_uid == geteuid() || status.st_uid == 0) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return 0;
	errno = EPERM;
	return -1;
}

/* Takes the next component off *rest.  1: there was one; 0: the path is at its end. */
static int
next_component(const char **rest, char name[NAME_MAX + 1])
{
	size_t length = strcspn(*rest, "/");

	if (**rest == '\0')
		return 0;
	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, *rest, length);
	name[length] = '\0';
	*rest += length;
	if (**rest == '/' && *++*rest == '\0')
		length = 0;
	if (length > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return 1;
	errno = EINVAL;
	return -1;
}

int
walk_to_parent(const char *root, const char *relative, bool makes, char name[NAME_MAX + 1])
{
	int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result;

	name[0] = '\0';
	if (directory < 0)
		return -1;
	if (makes && is_own(directory) < 0) {
		walk_close(directory);
		return -1;
	}
	result = next_component(&relative, name);
	while (result == 1 && *relative != '\0') {
		int below = open_below(directory, name, O_PATH | O_DIRECTORY);

		walk_close(directory);
		if (below < 0)
			return -1;
		directory = below;
		result = next_component(&relative, name);
	}
	if (result >= 0)
		return directory;
	walk_close(directory);
	return -1;
}

int
walk_to(const char *root, const char *relative)
{
	char name[NAME_MAX + 1];
	int descriptor, parent = walk_to_parent(root, relative, false, name);
	struct stat status;

	if (parent < 0 || name[0] == '\0')
		return parent;
	descriptor = open_below(parent, name, O_PATH);
	walk_close(parent);
	/* With O_PATH the link itself is opened. */
	if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISLNK(status.st_mode)) {
		close(descriptor);
		errno = ELOOP;
		return -1;
	}
	return descriptor;
}

int
cproc_walk_look(const char *root, const char *relative, struct cproc_file *file)
{
	char name[NAME_MAX + 1];
	struct stat status;
	int parent = walk_to_parent(root, relative, false, name);
	int result;

	if (parent < 0)
		return -1;
	result = name[0] == '\0' ? fstat(parent, &status) : fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW);
	walk_close(parent);
	if (result == 0)
		file_describe(&status, file);
	return result;
}

/* O_NONBLOCK: a pipe in the place of the file is no reason to wait. */
int
walk_open_regular(int parent, const char *name, int flags, struct stat *status)
{
	int descriptor = open_below(parent, name, flags | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0)
		return -1;
	if (fstat(descriptor, status) == 0) {
		if (S_ISREG(status->st_mode))
			return descriptor;
		errno = EINVAL;
	}
	walk_close(descriptor);
	return -1;
}

int
cproc_walk_open(const char *root, const char *relative)
{
	char name[NAME_MAX + 1];
	struct stat status;
	int descriptor = -1, parent = walk_to_parent(root, relative, false, name);

	if (parent < 0)
		return -1;
	if (name[0] == '\0')
		errno = EINVAL;
	else
		descriptor = walk_open_regular(parent, name, O_RDONLY, &status);
	walk_close(parent);
	return descriptor;
}

/* ------------------------------------------------------------------- making */

/*
 * What is opened may already be something that was put into the place of what was made: only what is this process's own is
 * touched.  The mode comes last, past the umask, and what is made is as closed as can be until then.
 */
static int
finish(int descriptor, mode_t mode, struct cproc_file *file)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return -1;
	if (status.st_uid != geteuid()) {
		errno = ESTALE;
		return -1;
	}
	if (fchmod(descriptor, mode) < 0 || fstat(descriptor, &status) < 0)
		return -1;
	file_describe(&status, file);
	return 0;
}

static int
make_directory(int parent, const char *name, mode_t mode, struct cproc_file *file)
{
	int directory, result = -1;

	if (mkdirat(parent, name, 0700) < 0)
		return -1;
	directory = open_below(parent, name, O_RDONLY | O_DIRECTORY);
	if (directory >= 0)
		result = finish(directory, mode, file);
	if (result < 0) {
		int error = errno;

		/* Removes an empty directory at most, in a place where this process has just made one. */
		(void)unlinkat(parent, name, AT_REMOVEDIR);
		errno = error;
	}
	walk_close(directory);
	return result;
}

static int
make_file(int parent, const char *name, mode_t mode, struct cproc_file *file)
{
	int made = open_below(parent, name, O_WRONLY | O_CREAT | O_EXCL), result;

	if (made < 0)
		return -1;
	result = finish(made, mode, file);
	if (result < 0) {
		struct stat status;
		int error = errno;

		if (fstat(made, &status) == 0)
			(void)walk_unlink(parent, name, &status, 0);
		errno = error;
	}
	walk_close(made);
	return result;
}

static int
make(const char *root, const char *relative, mode_t mode, struct cproc_file *file,
    int (*maker)(int, const char *, mode_t, struct cproc_file *))
{
	char name[NAME_MAX + 1];
	int result = -1, parent = walk_to_parent(root, relative, true, name);

	if (parent < 0)
		return -1;
	if (name[0] == '\0')
		errno = EEXIST;
	else
		result = maker(parent, name, mode, file);
	walk_close(parent);
	return result;
}

int
cproc_walk_make_directory(const char *root, const char *relative, mode_t mode, struct cproc_file *file)
{
	return make(root, relative, mode, file, make_directory);
}

int
cproc_walk_make_file(const char *root, const char *relative, mode_t mode, struct cproc_file *file)
{
	return make(root, relative, mode, file, make_file);
}

/* ----------------------------------------------------------------- removing */

int
cproc_walk_remove(const char *root, const char *relative, uint64_t device, uint64_t inode, bool directory)
{
	char name[NAME_MAX + 1];
	struct stat status;
	int result, parent = walk_to_parent(root, relative, false, name);

	if (parent < 0)
		return -1;
	if (name[0] == '\0') {
		errno = EINVAL;
		result = -1;
	} else {
		result = fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW);
	}
	if (result == 0 && ((uint64_t)status.st_dev != device || (uint64_t)status.st_ino != inode)) {
		errno = ESTALE;
		result = -1;
	}
	if (result == 0)
		result = walk_unlink(parent, name, &status, directory ? AT_REMOVEDIR : 0);
	/* rmdir(2) may say either of a directory that is not empty. */
	if (result < 0 && errno == EEXIST)
		errno = ENOTEMPTY;
	walk_close(parent);
	return result;
}

#endif
