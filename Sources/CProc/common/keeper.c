#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "child.h"
#include "last_signal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seam.h"

int
cproc_program_open(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int error = 0;

	if (descriptor < 0)
		return -1;
	if (fstat(descriptor, &status) < 0)
		error = errno;
	else if (!S_ISREG(status.st_mode) || access(path, X_OK) < 0)
		error = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
	if (error == 0)
		return descriptor;
	close(descriptor);
	errno = error;
	return -1;
}

int
cproc_descriptor_inherit(int descriptor, bool inherits)
{
	return fcntl(descriptor, F_SETFD, inherits ? 0 : FD_CLOEXEC);
}

int
cproc_execute(int program, const char *const *arguments, const char *const *environment)
{
	return fexecve(program, (char *const *)(uintptr_t)arguments, (char *const *)(uintptr_t)environment);
}

mode_t
cproc_mask(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return mask;
}

pid_t
cproc_parent(void)
{
	return getppid();
}

/* Who is not reaped keeps its pid, and only this process reaps it. */
int
cproc_child_signal(pid_t pid, int number)
{
	if (cproc_is_child(pid))
		return kill(pid, number);
	errno = ESRCH;
	return -1;
}

bool
cproc_signal_take(int number)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t one;
	bool taken = false;

	sigemptyset(&one);
	sigaddset(&one, number);
	while (sigtimedwait(&one, NULL, &at_once) == number)
		taken = true;
	return taken;
}

/* What would end a process by accident of somebody's is ignored; the rest has its default. */
static int
dispose(int number)
{
	enum cproc_signal_use use = cproc_signal_use(number);
	bool ignored = use == CPROC_SIGNAL_IGNORED || use == CPROC_SIGNAL_STRANGE;

	if (number == SIGKILL || number == SIGSTOP)
		return 0;
	/* As a shell has it for what runs in the background, and nohup(1). */
	if ((number == SIGINT || number == SIGHUP) && cproc_signal_is_ignored(number))
		return 0;
	/* EINVAL: what the library keeps for itself. */
	return signal_dispose(number, ignored ? SIG_IGN : SIG_DFL) < 0 && errno != EINVAL ? -1 : 0;
}

int
cproc_keeper_signals_begin(void)
{
	sigset_t all;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return -1;
	for (int number = 1; number <= LAST_SIGNAL; number++) {
		if (dispose(number) < 0)
			return -1;
	}
	return 0;
}

int
cproc_keeper_signals_open(const int *watched, size_t count)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < count; i++)
		sigaddset(&blocked, watched[i]);
	return sigprocmask(SIG_SETMASK, &blocked, NULL);
}

int
cproc_memory_file_write(int descriptor, const void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t count = pwrite(descriptor, (const char *)bytes + done, size - done, (off_t)(offset + done));

		if (count < 0 && errno == EINTR)
			continue;
		if (count == 0)
			errno = ENOSPC;
		if (count <= 0)
			return -1;
		done += (size_t)count;
	}
	return 0;
}

int
cproc_memory_file_resize(int descriptor, uint64_t size)
{
	return ftruncate(descriptor, (off_t)size);
}

/* linux/keeper.c, freebsd/keeper.c */
int keeper_memory_file(void);

int
cproc_memory_file(const void *bytes, size_t size)
{
	int descriptor = keeper_memory_file();

	if (descriptor < 0)
		return -1;
	if (ftruncate(descriptor, (off_t)size) == 0 && cproc_memory_file_write(descriptor, bytes, size, 0) == 0)
		return descriptor;
	int error = errno;

	close(descriptor);
	errno = error;
	return -1;
}

void *
cproc_memory_file_read(int descriptor, size_t *size)
{
	struct stat status;
	void *bytes;
	ssize_t count;

	if (fstat(descriptor, &status) < 0)
		return NULL;
	if (status.st_size < 0 || status.st_size > INT32_MAX) {
		errno = EFBIG;
		return NULL;
	}
	bytes = malloc((size_t)status.st_size + 1);
	if (bytes == NULL)
		return NULL;
	count = cproc_read_at(descriptor, bytes, (size_t)status.st_size, 0);
	if (count < 0) {
		free(bytes);
		return NULL;
	}
	*size = (size_t)count;
	return bytes;
}

#endif
