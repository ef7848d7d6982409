#ifndef CPROC_WALK_H
#define CPROC_WALK_H

#include "CProc.h"

#include <sys/stat.h>

/*
 * What lies at the end of a walk, opened so that it can be asked what it is, and no more.  ELOOP: a symbolic link is in the
 * way or at the end.
 */
int walk_to(const char *root, const char *relative);

/* unlinkat(2), if the name is still that of the file that `status` describes; ESTALE.  Each system in its own way. */
int walk_unlink(int parent, const char *name, const struct stat *status, int flags);

/* common/file.c */
void file_describe(const struct stat *status, struct cproc_file *file);

/* Closes and keeps errno, for the way out of a failure. */
void walk_close(int descriptor);

#endif
