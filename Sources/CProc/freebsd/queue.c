#if defined(__FreeBSD__)

#include "CProc.h"

#include <sys/types.h>
#include <sys/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/seam.h"

/* The token travels in the udata of the kevent. */
_Static_assert(sizeof(void *) >= sizeof(uint64_t), "a token does not fit into kevent's udata");

#define BATCH 64

struct cproc_queue {
	int kqueue;
};

static int
change(struct cproc_queue *queue, uintptr_t ident, short filter, unsigned short flags, unsigned fflags, uint64_t token)
{
	struct kevent event;
	int result;

	if (token >= CPROC_TOKEN_END) {
		errno = EINVAL;
		return -1;
	}
	EV_SET(&event, ident, filter, flags, fflags, 0, (void *)(uintptr_t)token);
	/* Without room for events an error of the change comes as the call's own. */
	do {
		result = kevent(queue->kqueue, &event, 1, NULL, 0, NULL);
	} while (result < 0 && errno == EINTR);
	return result < 0 ? -1 : 0;
}

struct cproc_queue *
cproc_queue_make(void)
{
	struct cproc_queue *queue = calloc(1, sizeof *queue);

	if (queue == NULL)
		return NULL;
	/* kqueuex(2) with its flag is too new to rely on.  No child gets a kqueue; an exec of this process would. */
	queue->kqueue = kqueue();
	if (queue->kqueue < 0 || fcntl(queue->kqueue, F_SETFD, FD_CLOEXEC) < 0) {
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
	if (queue->kqueue >= 0)
		close(queue->kqueue);
	free(queue);
}

/* Adds or deletes one filter where `was` and `interest` differ in it. */
static int
switch_filter(struct cproc_queue *queue, int descriptor, short filter, bool was, bool wanted, uint64_t token)
{
	if (was == wanted)
		return 0;
	return change(queue, (uintptr_t)descriptor, filter, wanted ? EV_ADD : EV_DELETE, 0, token);
}

int
cproc_queue_watch(struct cproc_queue *queue, int descriptor, unsigned was, unsigned interest, uint64_t token)
{
	if (switch_filter(queue, descriptor, EVFILT_READ, (was & CPROC_READY_READ) != 0,
	    (interest & CPROC_READY_READ) != 0, token) < 0)
		return -1;
	if (switch_filter(queue, descriptor, EVFILT_WRITE, (was & CPROC_READY_WRITE) != 0,
	    (interest & CPROC_READY_WRITE) != 0, token) == 0)
		return 0;
	/* Half a change is none: the first filter goes back to what it was. */
	int error = errno;

	(void)switch_filter(queue, descriptor, EVFILT_READ, (interest & CPROC_READY_READ) != 0,
	    (was & CPROC_READY_READ) != 0, token);
	errno = error;
	return -1;
}

int
cproc_queue_watch_exit(struct cproc_queue *queue, int process, uint64_t token)
{
	return change(queue, (uintptr_t)process, EVFILT_PROCDESC, EV_ADD | EV_ONESHOT, NOTE_EXIT, token);
}

int
cproc_queue_forget_exit(struct cproc_queue *queue, int process)
{
	return change(queue, (uintptr_t)process, EVFILT_PROCDESC, EV_DELETE, 0, 0);
}

/*
 * Whether a signal stops a process.  One that is held would do so when it is taken: sigtimedwait(2) acts on its default
 * (docs/FREEBSD.md).
 */
static bool
stops(int number)
{
	return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static int
ignore(int number)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}

/*
 * EVFILT_SIGNAL sees a signal whatever its disposition and the mask (docs/FREEBSD.md), SIGCHLD excepted, which must not be
 * ignored (kqueue(2)).  The filter comes first, so that no signal falls between.
 */
int
cproc_queue_watch_signal(struct cproc_queue *queue, int number, uint64_t token)
{
	if (number <= 0) {
		errno = EINVAL;
		return -1;
	}
	if (change(queue, (uintptr_t)number, EVFILT_SIGNAL, EV_ADD, 0, token) < 0)
		return -1;
	return stops(number) ? ignore(number) : cproc_signal_hold(number);
}

/*
 * A blocked signal that was told stays pending, and would go to whatever this process executes next.
 */
static void
take_pending(int number)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, number);
	while (sigtimedwait(&one, NULL, &at_once) == number)
		continue;
}

int
cproc_queue_watch_vnode(struct cproc_queue *queue, int descriptor, uint64_t token)
{
	return change(queue, (uintptr_t)descriptor, EVFILT_VNODE, EV_ADD | EV_CLEAR,
	    NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_DELETE | NOTE_RENAME, token);
}

int
cproc_queue_forget_vnode(struct cproc_queue *queue, int descriptor)
{
	return change(queue, (uintptr_t)descriptor, EVFILT_VNODE, EV_DELETE, 0, 0);
}

static int64_t
vnode_changes(unsigned fflags)
{
	return ((fflags & (NOTE_WRITE | NOTE_EXTEND)) != 0 ? CPROC_VNODE_WRITE : 0) |
	    ((fflags & NOTE_ATTRIB) != 0 ? CPROC_VNODE_ATTRIB : 0) |
	    ((fflags & NOTE_DELETE) != 0 ? CPROC_VNODE_DELETE : 0) |
	    ((fflags & NOTE_RENAME) != 0 ? CPROC_VNODE_RENAME : 0);
}

static void
translate(const struct kevent *from, struct cproc_event *event)
{
	event->token = (uint64_t)(uintptr_t)from->udata;
	event->data = from->data;
	event->ready = (from->flags & EV_EOF) != 0 ? CPROC_READY_HANGUP : 0;
	switch (from->filter) {
	case EVFILT_READ:
		event->ready |= CPROC_READY_READ;
		break;
	case EVFILT_WRITE:
		event->ready |= CPROC_READY_WRITE;
		break;
	case EVFILT_PROCDESC:
		event->ready = CPROC_READY_EXIT;
		break;
	case EVFILT_SIGNAL:
		if (!stops((int)from->ident))
			take_pending((int)from->ident);
		event->ready = CPROC_READY_SIGNAL;
		break;
	case EVFILT_VNODE:
		event->ready = CPROC_READY_VNODE;
		event->data = vnode_changes(from->fflags);
		break;
	}
}

int
cproc_queue_wait(struct cproc_queue *queue, struct cproc_event *events, size_t capacity, int64_t timeout)
{
	struct kevent batch[BATCH];
	struct timespec limit = { .tv_sec = (time_t)(timeout / 1000000000), .tv_nsec = (long)(timeout % 1000000000) };
	int most = capacity < BATCH ? (int)capacity : BATCH;
	int count = kevent(queue->kqueue, NULL, 0, batch, most, timeout < 0 ? NULL : &limit);

	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++)
		translate(&batch[i], &events[i]);
	return count;
}

#endif
