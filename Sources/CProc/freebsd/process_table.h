#ifndef CPROC_FREEBSD_PROCESS_TABLE_H
#define CPROC_FREEBSD_PROCESS_TABLE_H

#include <sys/types.h>
#include <sys/user.h>
#include <stdbool.h>
#include <stddef.h>

/* All processes at one moment, in memory that the caller frees; NULL. */
struct kinfo_proc *process_table(size_t *count);
/* Not a zombie: that has let go of its files already. */
bool process_lives(const struct kinfo_proc *info);

#endif
