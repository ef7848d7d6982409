#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seam.h"

static int
kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return CPROC_KIND_FILE;
	case S_IFDIR:
		return CPROC_KIND_DIRECTORY;
	case S_IFSOCK:
		return CPROC_KIND_SOCKET;
	case S_IFLNK:
		return CPROC_KIND_LINK;
	case S_IFIFO:
		return CPROC_KIND_FIFO;
	case S_IFCHR:
	case S_IFBLK:
		return CPROC_KIND_DEVICE;
	default:
		return CPROC_KIND_OTHER;
	}
}

void
file_describe(const struct stat *status, struct cproc_file *file)
{
	file->user = status->st_uid;
	file->group = status->st_gid;
	file->mode = status->st_mode & 07777;
	file->kind = kind_of(status->st_mode);
	file->size = status->st_size;
	file->device = (uint64_t)status->st_dev;
	file->inode = (uint64_t)status->st_ino;
	file->links = (uint64_t)status->st_nlink;
	file->modified = (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

int
cproc_file_status(const char *path, bool follow_link, struct cproc_file *file)
{
	struct stat status;

	if ((follow_link ? stat(path, &status) : lstat(path, &status)) < 0)
		return -1;
	file_describe(&status, file);
	return 0;
}

int
cproc_descriptor_status(int descriptor, struct cproc_file *file)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return -1;
	file_describe(&status, file);
	return 0;
}

/* Appends with the NUL; the block grows by doubling. */
static int
append_name(char **block, size_t *length, size_t *capacity, const char *name)
{
	size_t size = strlen(name) + 1;

	if (*length + size > *capacity) {
		size_t wanted = 2 * *capacity + size;
		char *grown = realloc(*block, wanted);

		if (grown == NULL)
			return -1;
		*block = grown;
		*capacity = wanted;
	}
	memcpy(*block + *length, name, size);
	*length += size;
	return 0;
}

char *
cproc_directory_names(const char *path, size_t *length)
{
	size_t capacity = 1024;
	char *block = malloc(capacity);
	DIR *directory = opendir(path);
	struct dirent *entry;
	int error = block == NULL || directory == NULL ? errno : 0;

	*length = 0;
	while (error == 0) {
		errno = 0;
		entry = readdir(directory);
		if (entry == NULL) {
			error = errno;
			break;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (append_name(&block, length, &capacity, entry->d_name) < 0)
			error = errno;
	}
	if (directory != NULL)
		closedir(directory);
	if (error == 0)
		return block;
	free(block);
	errno = error;
	return NULL;
}

void
cproc_memory_free(void *memory)
{
	free(memory);
}

int
cproc_directory_make(const char *path, mode_t mode)
{
	return mkdir(path, mode);
}

int
cproc_directory_remove(const char *path)
{
	return rmdir(path);
}

int
cproc_unlink(const char *path)
{
	return unlink(path);
}

int
cproc_rename(const char *from, const char *to)
{
	return rename(from, to);
}

int
cproc_program_check(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -1;
	if (S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	/* With the effective ids, as execve(2) will; root passes only if somebody may execute it. */
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
}

int
cproc_resolve(const char *path, char *buffer, size_t size)
{
	char *resolved = realpath(path, NULL);
	size_t length;

	if (resolved == NULL)
		return -1;
	length = strlen(resolved) + 1;
	if (length <= size)
		memcpy(buffer, resolved, length);
	free(resolved);
	if (length <= size)
		return 0;
	errno = ERANGE;
	return -1;
}

int
cproc_link_destination(const char *path, char *buffer, size_t size)
{
	ssize_t length = readlink(path, buffer, size);

	if (length < 0)
		return -1;
	if ((size_t)length >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	buffer[length] = '\0';
	return 0;
}

ssize_t
cproc_read_at(int descriptor, void *buffer, size_t size, uint64_t offset)
{
	size_t filled = 0;

	if (offset > INT64_MAX - size) {
		errno = EINVAL;
		return -1;
	}
	while (filled < size) {
		ssize_t got = pread(descriptor, (char *)buffer + filled, size - filled, (off_t)(offset + filled));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		filled += (size_t)got;
	}
	return (ssize_t)filled;
}

#endif
