#if defined(__FreeBSD__)

#include "process_table.h"

#include <sys/sysctl.h>
#include <errno.h>
#include <stdlib.h>

#include "../common/seam.h"

bool
process_lives(const struct kinfo_proc *info)
{
	return info->ki_structsize == (int)sizeof *info && info->ki_stat != SZOMB;
}

/* More may appear between the question how many there are and the one which: there is room for some, or it is asked again. */
struct kinfo_proc *
process_table(size_t *count)
{
	int name[3] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };

	for (int attempt = 0; attempt < 16; attempt++) {
		struct kinfo_proc *processes;
		size_t size = 0;
		int error;

		if (sysctl(name, 3, NULL, &size, NULL, 0) < 0)
			return NULL;
		size += size / 4 + 16 * sizeof *processes;
		processes = malloc(size);
		if (processes == NULL)
			return NULL;
		if (sysctl(name, 3, processes, &size, NULL, 0) == 0) {
			*count = size / sizeof *processes;
			return processes;
		}
		error = errno;
		free(processes);
		errno = error;
		if (error != ENOMEM)
			return NULL;
	}
	return NULL;
}

#endif
