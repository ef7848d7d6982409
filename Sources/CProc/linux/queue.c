#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * An epoll(7), and beside it the descriptors that stand for kqueue(2)'s other filters: one
 * signalfd(2) for all signals, one inotify(7) a watched file.
 */
struct watched_file {
	int descriptor; /* the caller's */
	int inotify;
};

struct cproc_queue {
	int epoll;
	int signals; /* -1 until a signal is watched */
	sigset_t mask;
	uint64_t signal_tokens[NSIG];
	struct watched_file *files;
	size_t file_count;
};

/*
 * epoll_event has 64 bits for us: what kind it is, the descriptor that has to be asked for the
 * rest, and the caller's token.
 */
enum kind { KIND_DESCRIPTOR, KIND_EXIT, KIND_FILE, KIND_SIGNALS };

#define DESCRIPTOR_BITS 22
#define TOKEN_BITS 40

_Static_assert(CPROC_TOKEN_END == UINT64_C(1) << TOKEN_BITS, "tokens and descriptors share 64 bits");

static int
pack(enum kind kind, int descriptor, uint64_t token, uint64_t *packed)
{
	if (token >= CPROC_TOKEN_END || descriptor < 0 || descriptor >= 1 << DESCRIPTOR_BITS) {
		errno = EINVAL;
		return -1;
	}
	*packed = (uint64_t)kind << (DESCRIPTOR_BITS + TOKEN_BITS) | (uint64_t)descriptor << TOKEN_BITS | token;
	return 0;
}

static int
control(struct cproc_queue *queue, int operation, enum kind kind, int descriptor, uint32_t events, uint64_t token)
{
	struct epoll_event event = { .events = events };
	uint64_t packed;

	if (pack(kind, descriptor, token, &packed) < 0)
		return -1;
	event.data.u64 = packed;
	return epoll_ctl(queue->epoll, operation, descriptor, &event);
}

struct cproc_queue *
cproc_queue_make(void)
{
	struct cproc_queue *queue = calloc(1, sizeof *queue);

	if (queue == NULL)
		return NULL;
	queue->signals = -1;
	sigemptyset(&queue->mask);
	queue->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (queue->epoll < 0) {
		int error = errno;

		cproc_queue_free(queue);
		errno = error;
		return NULL;
	}
	return queue;
}

void
cproc_queue_free(struct cproc_queue *queue)
{
	for (size_t i = 0; i < queue->file_count; i++)
		close(queue->files[i].inotify);
	free(queue->files);
	if (queue->signals >= 0)
		close(queue->signals);
	if (queue->epoll >= 0)
		close(queue->epoll);
	free(queue);
}

/* EPOLLRDHUP only beside EPOLLIN: alone it would wake for ever whoever has stopped reading. */
static uint32_t
epoll_interest(unsigned interest)
{
	return ((interest & CPROC_READY_READ) != 0 ? EPOLLIN | EPOLLRDHUP : 0u) |
	    ((interest & CPROC_READY_WRITE) != 0 ? EPOLLOUT : 0u);
}

int
cproc_queue_watch(struct cproc_queue *queue, int descriptor, unsigned was, unsigned interest, uint64_t token)
{
	int operation = was == 0 ? EPOLL_CTL_ADD : interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

	if (was == interest)
		return 0;
	return control(queue, operation, KIND_DESCRIPTOR, descriptor, epoll_interest(interest), token);
}

int
cproc_queue_watch_exit(struct cproc_queue *queue, int process, uint64_t token)
{
	/* A dead process stays readable until it is released: one event is enough. */
	return control(queue, EPOLL_CTL_ADD, KIND_EXIT, process, EPOLLIN | EPOLLONESHOT, token);
}

int
cproc_queue_forget_exit(struct cproc_queue *queue, int process)
{
	return control(queue, EPOLL_CTL_DEL, KIND_EXIT, process, 0, 0);
}

int
cproc_queue_watch_signal(struct cproc_queue *queue, int number, uint64_t token)
{
	int signals;

	if (number <= 0 || number >= NSIG || token >= CPROC_TOKEN_END) {
		errno = EINVAL;
		return -1;
	}
	if (cproc_signal_hold(number) < 0)
		return -1;
	sigaddset(&queue->mask, number);
	signals = signalfd(queue->signals, &queue->mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return -1;
	if (queue->signals < 0) {
		queue->signals = signals;
		if (control(queue, EPOLL_CTL_ADD, KIND_SIGNALS, signals, EPOLLIN, 0) < 0)
			return -1;
	}
	queue->signal_tokens[number] = token;
	return 0;
}

/* The instance watches the file by its name below /proc, so that the caller may have it open in any way. */
static int
open_inotify(int descriptor)
{
	const uint32_t changes =
	    IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_CREATE | IN_DELETE | IN_MOVE;
	char path[40];
	int error, inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (inotify < 0)
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	if (inotify_add_watch(inotify, path, changes) >= 0)
		return inotify;
	error = errno;
	close(inotify);
	errno = error;
	return -1;
}

int
cproc_queue_watch_vnode(struct cproc_queue *queue, int descriptor, uint64_t token)
{
	struct watched_file *files = realloc(queue->files, (queue->file_count + 1) * sizeof *files);
	int inotify;

	if (files == NULL)
		return -1;
	queue->files = files;
	inotify = open_inotify(descriptor);
	if (inotify < 0)
		return -1;
	if (control(queue, EPOLL_CTL_ADD, KIND_FILE, inotify, EPOLLIN, token) < 0) {
		int error = errno;

		close(inotify);
		errno = error;
		return -1;
	}
	files[queue->file_count++] = (struct watched_file){ .descriptor = descriptor, .inotify = inotify };
	return 0;
}

int
cproc_queue_forget_vnode(struct cproc_queue *queue, int descriptor)
{
	for (size_t i = 0; i < queue->file_count; i++) {
		if (queue->files[i].descriptor != descriptor)
			continue;
		close(queue->files[i].inotify);
		queue->files[i] = queue->files[--queue->file_count];
		return 0;
	}
	errno = ENOENT;
	return -1;
}

static unsigned
vnode_changes(uint32_t mask)
{
	return ((mask & (IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE)) != 0 ? CPROC_VNODE_WRITE : 0u) |
	    ((mask & IN_ATTRIB) != 0 ? CPROC_VNODE_ATTRIB : 0u) |
	    ((mask & IN_DELETE_SELF) != 0 ? CPROC_VNODE_DELETE : 0u) |
	    ((mask & IN_MOVE_SELF) != 0 ? CPROC_VNODE_RENAME : 0u);
}

/* All that has happened to one file, as one event. */
static bool
read_file_changes(int inotify, struct cproc_event *event)
{
	_Alignas(struct inotify_event) char buffer[4096];
	unsigned changes = 0;
	ssize_t count;

	while ((count = read(inotify, buffer, sizeof buffer)) > 0) {
		for (ssize_t at = 0; at < count;) {
			const struct inotify_event *change = (const struct inotify_event *)(const void *)(buffer + at);

			changes |= vnode_changes(change->mask);
			at += (ssize_t)(sizeof *change + change->len);
		}
	}
	event->ready = CPROC_READY_VNODE;
	event->data = changes;
	return changes != 0;
}

static bool
read_signal(struct cproc_queue *queue, struct cproc_event *event)
{
	struct signalfd_siginfo info;

	if (read(queue->signals, &info, sizeof info) != (ssize_t)sizeof info)
		return false;
	event->token = queue->signal_tokens[info.ssi_signo];
	event->ready = CPROC_READY_SIGNAL;
	event->data = 1;
	return true;
}

static bool
read_exit(int process, struct cproc_event *event)
{
	int status;

	if (cproc_process_status(process, &status) <= 0)
		return false;
	event->ready = CPROC_READY_EXIT;
	event->data = status;
	return true;
}

static uint32_t
ready(uint32_t events)
{
	return ((events & EPOLLIN) != 0 ? CPROC_READY_READ : 0u) |
	    ((events & EPOLLOUT) != 0 ? CPROC_READY_WRITE : 0u) |
	    ((events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0 ? CPROC_READY_HANGUP : 0u);
}

/* false: there was nothing behind it after all. */
static bool
translate(struct cproc_queue *queue, const struct epoll_event *from, struct cproc_event *event)
{
	enum kind kind = (enum kind)(from->data.u64 >> (DESCRIPTOR_BITS + TOKEN_BITS));
	int descriptor = (int)(from->data.u64 >> TOKEN_BITS & ((1 << DESCRIPTOR_BITS) - 1));

	*event = (struct cproc_event){ .token = from->data.u64 & (CPROC_TOKEN_END - 1) };
	switch (kind) {
	case KIND_DESCRIPTOR:
		event->ready = ready(from->events);
		return true;
	case KIND_EXIT:
		return read_exit(descriptor, event);
	case KIND_FILE:
		return read_file_changes(descriptor, event);
	case KIND_SIGNALS:
		return read_signal(queue, event);
	}
	return false;
}

int
cproc_queue_wait(struct cproc_queue *queue, struct cproc_event *events, size_t capacity, int64_t timeout)
{
	struct epoll_event batch[64];
	struct timespec limit = { .tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000 };
	int most = capacity < 64 ? (int)capacity : 64;
	int filled = 0;
	int count = epoll_pwait2(queue->epoll, batch, most, timeout < 0 ? NULL : &limit, NULL);

	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++) {
		if (translate(queue, &batch[i], &events[filled]))
			filled++;
	}
	return filled;
}

#endif
