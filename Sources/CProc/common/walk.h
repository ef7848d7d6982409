#ifndef CPROC_WALK_H
#define CPROC_WALK_H

#include "CProc.h"

#include <limits.h>
#include <sys/stat.h>

/*
 * What lies at the end of a walk, opened so that it can be asked what it is, and no more.  ELOOP: a symbolic link is in the
 * way or at the end.
 */
int walk_to(const char *root, const char *relative);

/*
 * Opens the directory that the last component lies in, and says its name: empty for the root itself.  Where something is
 * to be made the root must be this process's own (EPERM).
 */
int walk_to_parent(const char *root, const char *relative, bool makes, char name[NAME_MAX + 1]);

/* Opens a regular file in that directory, without waiting.  EINVAL: it is something else. */
int walk_open_regular(int parent, const char *name, int flags, struct stat *status);

/* unlinkat(2), if the name is still that of the file that `status` describes; ESTALE.  Each system in its own way. */
int walk_unlink(int parent, const char *name, const struct stat *status, int flags);

/* common/file.c */
void file_describe(const struct stat *status, struct cproc_file *file);

/* Closes and keeps errno, for the way out of a failure. */
void walk_close(int descriptor);

#endif
