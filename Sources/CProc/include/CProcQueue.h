#ifndef CPROC_QUEUE_H
#define CPROC_QUEUE_H

/*
 * The event queue: kqueue(2), epoll(7).  Included by CProc.h, whose rules hold.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ------------------------------------------------------------- the event queue */

struct cproc_queue; /* a kqueue(2), or an epoll(7) with the descriptors that it needs besides */

enum cproc_ready {
	CPROC_READY_READ = 1 << 0,   /* also a connection to accept, and end of file */
	CPROC_READY_WRITE = 1 << 1,
	CPROC_READY_HANGUP = 1 << 2, /* the other side sends no more or is gone; what it has sent can still be read */
	CPROC_READY_EXIT = 1 << 3,   /* data: the wait(2) status */
	CPROC_READY_SIGNAL = 1 << 4, /* data: how often; at least once */
	CPROC_READY_VNODE = 1 << 5   /* data: enum cproc_vnode */
};

enum cproc_vnode {
	CPROC_VNODE_WRITE = 1 << 0,
	CPROC_VNODE_ATTRIB = 1 << 1,
	CPROC_VNODE_DELETE = 1 << 2,
	CPROC_VNODE_RENAME = 1 << 3
};

/* Tokens are the caller's, and smaller than this: the Linux side packs a descriptor beside them. EINVAL else. */
#define CPROC_TOKEN_END (UINT64_C(1) << 40)

struct cproc_event {
	uint64_t token; /* as registered */
	int64_t data;
	uint32_t ready; /* enum cproc_ready */
};

/* NULL with errno: EMFILE, ENFILE, ENOMEM. */
struct cproc_queue *cproc_queue_make(void);
void cproc_queue_free(struct cproc_queue *queue);

/*
 * Changes what is watched on a descriptor: from `was` to `interest`, each 0 or
 * CPROC_READY_READ | CPROC_READY_WRITE.  Level-triggered.  Both directions have the same token and may
 * come as one event or as two.  Take a descriptor out before it is closed.
 */
int cproc_queue_watch(struct cproc_queue *queue, int descriptor, unsigned was, unsigned interest, uint64_t token);

/* One event when the process ends, also when it has ended already; its status is in it, and it is not reaped. */
int cproc_queue_watch_exit(struct cproc_queue *queue, int process, uint64_t token);
int cproc_queue_forget_exit(struct cproc_queue *queue, int process);

/*
 * From now on the signal only comes as an event: EVFILT_SIGNAL, signalfd(2).  It is blocked in this thread, and has its
 * default otherwise (cproc_signal_hold()).  The child of cproc_spawn() undoes that, and gets what has come meanwhile.
 */
int cproc_queue_watch_signal(struct cproc_queue *queue, int signal, uint64_t token);

/* Changes of the file behind an open descriptor (EVFILT_VNODE, inotify(7)), until it is forgotten or closed. */
int cproc_queue_watch_vnode(struct cproc_queue *queue, int descriptor, uint64_t token);
int cproc_queue_forget_vnode(struct cproc_queue *queue, int descriptor);

/*
 * Waits for events: at most `timeout` nanoseconds, for ever when negative.  Returns how many were filled in,
 * 0 when the time is over.  EINTR is not an error: it returns 0.
 */
int cproc_queue_wait(struct cproc_queue *queue, struct cproc_event *events, size_t capacity, int64_t timeout);

#endif
