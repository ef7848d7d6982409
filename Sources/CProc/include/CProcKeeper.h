#ifndef CPROC_KEEPER_H
#define CPROC_KEEPER_H

/*
 * What keeper, holder and supervisor say to each other, and the stream that they say it over.  docs/KEEPER.md has the
 * whole: who sends what and when, and what each may assume.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cproc_orphan;

/* ------------------------------------------------------------------ messages */

#define CPROC_KEEPER_VERSION 1
/* The number of the socket to the keeper, in the environment of a supervisor. */
#define CPROC_KEEPER_VARIABLE "FRUIX_KEEPER"

/* Bounds of one message. A kernel takes about 229 descriptors in one (docs/FREEBSD.md). */
#define CPROC_KEEPER_PAYLOAD_MAX (1u << 20)
#define CPROC_KEEPER_DESCRIPTORS_MAX 200
/* A name or a label, its NUL included. */
#define CPROC_KEEPER_NAME_SIZE 64

struct cproc_keeper_header {
	uint32_t size; /* of the payload that follows */
	uint16_t type; /* enum cproc_keeper_type */
	uint16_t descriptors;
	uint64_t identity; /* of a process, never 0 and never used again; else 0 */
};

enum cproc_keeper_type {
	/* Supervisor to keeper. */
	CPROC_KEEPER_HELLO = 1, /* struct cproc_keeper_hello */
	CPROC_KEEPER_READY,
	CPROC_KEEPER_START,   /* struct cproc_keeper_start, a launch block, its descriptors */
	CPROC_KEEPER_KNOWN,   /* this end is known */
	CPROC_KEEPER_SIGNAL,  /* struct cproc_keeper_number */
	CPROC_KEEPER_FOREIGN, /* struct cproc_keeper_foreign */
	CPROC_KEEPER_UPGRADE, /* words; one descriptor, the program */
	CPROC_KEEPER_REPLACE, /* nothing, or struct cproc_keeper_number: 1, only if its file is another one by now */
	CPROC_KEEPER_LEAVE,  /* struct cproc_keeper_number: the status of exit(3) */
	CPROC_KEEPER_OUTPUT, /* one descriptor, where messages go from now on */
	/* Keeper to supervisor. */
	CPROC_KEEPER_WELCOME = 32, /* struct cproc_keeper_welcome */
	CPROC_KEEPER_ENTRY,        /* struct cproc_keeper_entry */
	CPROC_KEEPER_TABLE_END,
	CPROC_KEEPER_HOLDER,  /* struct cproc_keeper_number: which holder this is, from 1 on; one descriptor, a socket */
	CPROC_KEEPER_STARTED, /* struct cproc_keeper_number, the pid; two descriptors: process, report */
	CPROC_KEEPER_FAILED,  /* struct cproc_keeper_failed */
	CPROC_KEEPER_ENDED,   /* struct cproc_keeper_ended */
	CPROC_KEEPER_ORPHAN,  /* struct cproc_keeper_orphan; the identity of whose subtree it was, or 0 */
	CPROC_KEEPER_REFUSED, /* struct cproc_keeper_failed: an upgrade or a replacement that cannot be */
	CPROC_KEEPER_REPLACED, /* struct cproc_keeper_hello: the version that the keeper speaks from here on */
	/* To the holder. */
	CPROC_KEEPER_HOLD = 64,  /* words, a name for each descriptor */
	CPROC_KEEPER_DROP,       /* words, names */
	CPROC_KEEPER_SUPERVISOR, /* from the keeper: one descriptor, the socket of a new supervisor */
	/* Holder to supervisor. */
	CPROC_KEEPER_HELD = 96, /* words, a name for each descriptor */
	CPROC_KEEPER_HELD_END
};

/* "Words": strings, each with its NUL. */

struct cproc_keeper_hello {
	uint32_t version; /* the latest that the supervisor speaks */
	uint32_t reserved;
};

struct cproc_keeper_number {
	int32_t number;
	uint32_t reserved;
};

struct cproc_keeper_start {
	char label[CPROC_KEEPER_NAME_SIZE]; /* ends with a NUL */
	                                    /* the launch block follows */
};

struct cproc_keeper_foreign {
	int32_t pid;
	uint32_t reserved;
	char label[CPROC_KEEPER_NAME_SIZE];
};

/* Why the supervisor before this one is no more. */
enum cproc_keeper_reason {
	CPROC_KEEPER_FIRST,        /* there was none */
	CPROC_KEEPER_EXITED,       /* status, of wait(2) */
	CPROC_KEEPER_GONE,         /* how is not known: it was not the keeper's child */
	CPROC_KEEPER_UPGRADED,     /* it asked for this; status */
	CPROC_KEEPER_NOT_EXECUTED, /* error: it could not become its program */
	CPROC_KEEPER_SILENT,       /* said no hello in time, and was killed */
	CPROC_KEEPER_NOT_READY,    /* a new binary that did not say in time that it is ready, and was killed */
	CPROC_KEEPER_BROKE         /* broke the protocol, or closed its socket, and was killed */
};

struct cproc_keeper_welcome {
	uint32_t version; /* what the keeper speaks */
	int32_t keeper;   /* its pid */
	uint64_t number;  /* of this supervisor, from 1 on */
	uint32_t reason;  /* enum cproc_keeper_reason */
	int32_t status;
	int32_t error;
	uint32_t fallback; /* 1: this is the binary from before an upgrade that did not come up */
};

enum cproc_keeper_state {
	CPROC_KEEPER_ALIVE, /* as far as the keeper knows: the process descriptor tells more */
	CPROC_KEEPER_ENDED_WITH,
	CPROC_KEEPER_ENDED_SOMEHOW, /* nobody can know any more how */
	CPROC_KEEPER_NOT_OURS       /* foreign: the keeper only remembers it */
};

struct cproc_keeper_entry {
	int32_t pid;
	uint32_t state; /* enum cproc_keeper_state */
	int32_t status;
	uint32_t reserved;
	char label[CPROC_KEEPER_NAME_SIZE];
};

struct cproc_keeper_failed {
	int32_t error;
	uint32_t message; /* enum cproc_keeper_type: what could not be done */
	char call[32];    /* what has failed, in this system's word */
};

struct cproc_keeper_ended {
	int32_t status;
	uint32_t state; /* CPROC_KEEPER_ENDED_WITH, CPROC_KEEPER_ENDED_SOMEHOW */
};

struct cproc_keeper_orphan {
	int32_t pid;
	int32_t status;
	uint32_t missed; /* so many before this one could not be told */
	uint32_t reserved;
};

/* ------------------------------------------------------------------ the stream */

/*
 * One end of a connection: messages and their descriptors, each way, over a Unix stream socket that never blocks.  The
 * receiver keeps bytes and descriptors in two queues and takes as many descriptors for a message as its header says,
 * whatever the kernel makes of the boundaries.
 */
struct cproc_channel;

struct cproc_message {
	struct cproc_keeper_header header;
	const void *payload; /* at any address */
	/* Closed by the next call of cproc_channel_next(); who takes one puts -1 in its place. */
	int *descriptors;
};

/* Owns the socket from here on. NULL: ENOMEM, or the socket cannot be made non-blocking. */
struct cproc_channel *cproc_channel_make(int socket);
/* Closes whatever it has. */
void cproc_channel_free(struct cproc_channel *channel);
int cproc_channel_socket(const struct cproc_channel *channel);

enum cproc_channel_progress {
	CPROC_CHANNEL_DONE,
	CPROC_CHANNEL_WAITS,  /* until the socket can be written */
	CPROC_CHANNEL_RETRIES /* the kernel is short of something that no event tells: a little later */
};

/*
 * Sends a message, or keeps it (with duplicates of its descriptors, which stay the caller's) until it can be sent.
 * header->size and header->descriptors say how much.  -1: EPIPE, the other side is gone; ENOMEM, EMFILE; EINVAL: beyond the bounds.
 */
int cproc_channel_send(struct cproc_channel *channel, const struct cproc_keeper_header *header, const void *payload,
    const int *descriptors);
/* Sends what is kept. enum cproc_channel_progress, or -1 as above. */
int cproc_channel_flush(struct cproc_channel *channel);
/* Bytes and descriptors that are kept, the latter counted as 4096 bytes each. */
size_t cproc_channel_backlog(const struct cproc_channel *channel);

/*
 * Reads what is there, once.  1: something; 0: nothing now.  -1: EPIPE, the other side has closed; EPROTO: what came cannot
 * be right, or a descriptor could not be taken; ENOMEM.
 */
int cproc_channel_receive(struct cproc_channel *channel);
/* The next whole message: 1; 0: there is none.  -1, EPROTO: it is beyond the bounds. */
int cproc_channel_next(struct cproc_channel *channel, struct cproc_message *message);

/* What was received and not yet taken as messages, for whoever hands it over to another image of itself. */
struct cproc_channel_rest {
	const void *bytes;
	size_t size;
	const int *descriptors;
	size_t count;
};

struct cproc_channel_rest cproc_channel_rest(const struct cproc_channel *channel);
/* Puts it back, into a channel that has received nothing. */
int cproc_channel_restore(struct cproc_channel *channel, struct cproc_channel_rest rest);

/* ------------------------------------------------------- what a keeper asks of the kernel */

/*
 * Whether only the parent learns how a process has ended, from its own copy of the descriptor (Linux); on FreeBSD every
 * holder of a process descriptor does, and the parent needs none.
 */
bool cproc_parent_alone_learns_ends(void);

/* Whether the process, dead or alive, is a child of this one and not reaped. */
bool cproc_is_child(pid_t pid);
/* kill(2), if it is; ESRCH. */
int cproc_child_signal(pid_t pid, int signal);

struct cproc_fallen {
	pid_t pid;
	int status;
	pid_t first; /* the child of this process below which it was; 0: the kernel does not tell */
};

/* cproc_reap_orphans(), and whose they were where the kernel tells: FreeBSD, by one list for all of them. */
ssize_t cproc_reap_attributed(const pid_t *known, size_t known_count, struct cproc_fallen *fallen, size_t capacity);

/*
 * As cproc_signals_begin(), for a process that may have replaced itself: what is pending stays so.  An INT or HUP that was
 * ignored stays ignored.  All signals that can be
 * blocked are, until cproc_keeper_signals_open() unblocks those that are not watched.
 */
int cproc_keeper_signals_begin(void);
int cproc_keeper_signals_open(const int *watched, size_t count);
/* Takes a blocked signal that is pending: one from before the queue was there.  Returns whether there was one. */
bool cproc_signal_take(int signal);

/* A file in memory, without a name, of this content; its position is at the beginning. */
int cproc_memory_file(const void *bytes, size_t size);
/* All of it, allocated; the caller frees it by cproc_memory_free(). */
void *cproc_memory_file_read(int descriptor, size_t *size);
/* pwrite(2) of all the bytes, by one call unless the kernel takes less.  FreeBSD: the file has to be as large already. */
int cproc_memory_file_write(int descriptor, const void *bytes, size_t size, uint64_t offset);
/* ftruncate(2): what is new reads as zeros. */
int cproc_memory_file_resize(int descriptor, uint64_t size);

/* Opens a program so that it can be executed later whatever becomes of its name.  EACCES: not executable. */
int cproc_program_open(const char *path);
/* Whether a descriptor survives an exec of this process. */
int cproc_descriptor_inherit(int descriptor, bool inherits);
/* fexecve(2): this process becomes the program. */
int cproc_execute(int program, const char *const *arguments, const char *const *environment);
/* umask(2), without changing it. */
mode_t cproc_mask(void);
/* getppid(2) */
pid_t cproc_parent(void);

#endif
