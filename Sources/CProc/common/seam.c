#if defined(CPROC_SEAM)

#include "CProcSeam.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The calls themselves are wanted here; seam.h would make macros of them. */
bool seam_strikes(const char *call);
size_t seam_size(const char *call, size_t size);
int seam_close(int descriptor);
ssize_t seam_sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t seam_recvmsg(int socket, struct msghdr *message, int flags);

#define MOST_FAULTS 16
#define NAME_SIZE 32
#define MOST_PARTS 8

struct fault {
	char call[NAME_SIZE];
	struct cproc_fault given;
	unsigned passed;
	unsigned struck;
};

/* Read between fork and exec too: no memory but this, no lock, no call that is not async-signal-safe. */
static _Thread_local struct fault faults[MOST_FAULTS];
static _Thread_local size_t fault_count;

int
cproc_fault_add(const struct cproc_fault *fault)
{
	struct fault *added = &faults[fault_count];

	if (strlen(fault->call) >= NAME_SIZE || (fault->error == 0 && fault->most == 0)) {
		errno = EINVAL;
		return -1;
	}
	if (fault_count == MOST_FAULTS) {
		errno = ENOSPC;
		return -1;
	}
	*added = (struct fault){ .given = *fault };
	strcpy(added->call, fault->call);
	fault_count++;
	return 0;
}

unsigned
cproc_faults_struck(const char *call)
{
	unsigned struck = 0;

	for (size_t i = 0; i < fault_count; i++) {
		if (strcmp(faults[i].call, call) == 0)
			struck += faults[i].struck;
	}
	return struck;
}

void
cproc_faults_clear(void)
{
	fault_count = 0;
}

/* Counts a call.  Whether it is one of those that the fault is for. */
static bool
meets(struct fault *fault, const char *call)
{
	if (strcmp(fault->call, call) != 0)
		return false;
	if (fault->passed < fault->given.after) {
		fault->passed++;
		return false;
	}
	if (fault->given.times != CPROC_FAULT_ALWAYS && fault->struck == fault->given.times)
		return false;
	fault->struck++;
	return true;
}

bool
seam_strikes(const char *call)
{
	for (size_t i = 0; i < fault_count; i++) {
		if (faults[i].given.error != 0 && meets(&faults[i], call)) {
			errno = faults[i].given.error;
			return true;
		}
	}
	return false;
}

size_t
seam_size(const char *call, size_t size)
{
	for (size_t i = 0; i < fault_count; i++) {
		if (faults[i].given.error == 0 && meets(&faults[i], call) && faults[i].given.most < size)
			return faults[i].given.most;
	}
	return size;
}

int
seam_close(int descriptor)
{
	int result;

	if (!seam_strikes("close"))
		return close(descriptor);
	result = errno;
	(void)close(descriptor);
	errno = result;
	return -1;
}

/* The message without what lies beyond a bound of its bytes. */
static struct msghdr
shortened(const char *call, const struct msghdr *message, struct iovec parts[MOST_PARTS])
{
	size_t count = (size_t)message->msg_iovlen < MOST_PARTS ? (size_t)message->msg_iovlen : MOST_PARTS;
	size_t rest = seam_size(call, SSIZE_MAX);
	struct msghdr result = *message;

	for (size_t i = 0; i < count; i++) {
		parts[i] = message->msg_iov[i];
		if (parts[i].iov_len > rest)
			parts[i].iov_len = rest;
		rest -= parts[i].iov_len;
	}
	result.msg_iov = parts;
	result.msg_iovlen = (__typeof__(result.msg_iovlen))count;
	return result;
}

ssize_t
seam_sendmsg(int socket, const struct msghdr *message, int flags)
{
	struct iovec parts[MOST_PARTS];
	struct msghdr less = shortened("sendmsg", message, parts);

	return sendmsg(socket, &less, flags);
}

ssize_t
seam_recvmsg(int socket, struct msghdr *message, int flags)
{
	struct iovec parts[MOST_PARTS];
	struct msghdr less = shortened("recvmsg", message, parts);
	ssize_t count = recvmsg(socket, &less, flags);

	less.msg_iov = message->msg_iov;
	less.msg_iovlen = message->msg_iovlen;
	*message = less;
	return count;
}

#endif
