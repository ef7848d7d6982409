#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"
#include "children.h"
#include "mark.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../common/seam.h"

int
cproc_boot_name(char *buffer, size_t size)
{
	int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t count;

	if (descriptor < 0)
		return -1;
	count = read(descriptor, buffer, size - 1);
	close(descriptor);
	if (count <= 0) {
		errno = EIO;
		return -1;
	}
	buffer[count] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
	return 0;
}

/* The file tells ticks of the clock since the boot, suspension included: CLOCK_BOOTTIME. */
int64_t
cproc_start_precision(void)
{
	return 1000000000 / sysconf(_SC_CLK_TCK);
}

int64_t
cproc_clock_start(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The value of FRUIX_SERVICE in the environment that the process got at its exec; empty: none, or not for us to see. */
static void
read_mark(pid_t pid, char *mark, size_t size)
{
	char path[40], *text = NULL;
	size_t capacity = 0;
	FILE *file;

	mark[0] = '\0';
	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while (mark[0] == '\0' && getdelim(&text, &capacity, '\0', file) > 0) {
		/* What does not fit is none of ours. */
		if (strncmp(text, "FRUIX_SERVICE=", 14) == 0 && strlen(text + 14) < size)
			strcpy(mark, text + 14);
	}
	free(text);
	fclose(file);
}

static bool
look_at(pid_t pid, struct cproc_process_info *process)
{
	struct process_stat stat;

	if (process_stat(pid, &stat) < 0 || !stat.lives)
		return false;
	process->pid = pid;
	process->parent = stat.parent;
	process->session = stat.session;
	process->start = stat.start * cproc_start_precision();
	process->first = mark_of(pid);
	read_mark(pid, process->mark, sizeof process->mark);
	return true;
}

ssize_t
cproc_process_infos(struct cproc_process_info *infos, size_t capacity)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	ssize_t count = 0;

	if (directory == NULL)
		return -1;
	while ((entry = readdir(directory)) != NULL) {
		struct cproc_process_info process;
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid <= 0 || !look_at(pid, &process))
			continue;
		if ((size_t)count < capacity)
			infos[count] = process;
		count++;
	}
	closedir(directory);
	return count;
}

int
cproc_start_of(pid_t pid, int64_t *start)
{
	struct process_stat stat;

	if (process_stat(pid, &stat) < 0 || !stat.lives) {
		errno = ESRCH;
		return -1;
	}
	*start = stat.start * cproc_start_precision();
	return 0;
}

static bool
is_still(pid_t pid, int64_t start)
{
	int64_t found;

	return cproc_start_of(pid, &found) == 0 && found == start;
}

/* The descriptor is taken first: if the process is then the one that is meant, the descriptor is its. */
int
cproc_hold(pid_t pid, int64_t start)
{
	int held = (int)syscall(SYS_pidfd_open, pid, 0);

	if (held < 0)
		return -1;
	if (!is_still(pid, start)) {
		close(held);
		errno = ESRCH;
		return -1;
	}
	return held;
}

int
cproc_held_signal(int held, pid_t pid, int64_t start, int number)
{
	(void)pid;
	(void)start;
	return (int)syscall(SYS_pidfd_send_signal, held, number, NULL, 0);
}

#endif
