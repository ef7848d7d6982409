#ifndef CPROC_FILE_H
#define CPROC_FILE_H

/*
 * Descriptors, local sockets and files.  Included by CProc.h, whose rules hold.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ------------------------------------------------------------------ descriptors */

/* How cproc_open() opens. */
enum cproc_open {
	CPROC_OPEN_READ,   /* read only */
	CPROC_OPEN_APPEND, /* write only, each write at the end; made with `mode` if missing */
	CPROC_OPEN_CREATE, /* write only, emptied; made with `mode` if missing */
	CPROC_OPEN_NEW,    /* write only; EEXIST if there is one, a symbolic link included */
	CPROC_OPEN_WATCH   /* nothing can be done with it but to watch it (cproc_queue_watch_vnode()): sockets too */
};

int cproc_open(const char *path, enum cproc_open how, mode_t mode);
int cproc_close(int descriptor);
ssize_t cproc_read(int descriptor, void *buffer, size_t size);
/* write(2), for files, pipes and terminals: where a socket's other side has gone it raises SIGPIPE. */
ssize_t cproc_write(int descriptor, const void *buffer, size_t size);
/* send(2), without SIGPIPE. */
ssize_t cproc_send(int socket, const void *buffer, size_t size);
int cproc_sync(int descriptor);
int cproc_duplicate(int descriptor);
/*
 * Whether this process can have so many further descriptors, up to 128.  They are tried unless the limit is far beyond those that it
 * is likely to have.  EMFILE, ENFILE: it cannot.
 */
int cproc_descriptor_room(unsigned count, uint64_t likely);
int cproc_set_nonblocking(int descriptor);
int cproc_set_mode(int descriptor, mode_t mode);
/* fchown(2) */
int cproc_set_owner(int descriptor, uid_t user, gid_t group);
/* Ends: [0] to read, [1] to write.  Blocking: set what you need. */
int cproc_pipe(int ends[2]);

/*
 * Writing that does not wait, to a descriptor that others have too: O_NONBLOCK belongs to the open file, and would be
 * theirs as well.
 *
 * cproc_output_private() opens the terminal or (Linux) the pipe behind it once more, non-blocking and for this process
 * alone.  EOPNOTSUPP: it is neither.
 *
 * cproc_output_write() writes at most PIPE_BUF bytes, if poll(2) says that they can be written now.  EAGAIN: they cannot.  It
 * could wait only where the other way is closed, as for a pipe on FreeBSD, and somebody else has filled it since the poll.
 */
int cproc_output_private(int descriptor);
ssize_t cproc_output_write(int descriptor, const void *buffer, size_t size);
/* Waits until something can be written: at most so many milliseconds.  Returns 0 when it cannot. */
int cproc_output_wait(int descriptor, int milliseconds);

/* ------------------------------------------------------------ local sockets */

/*
 * A listening stream socket at `path`, which must not exist (EADDRINUSE), with these permissions before
 * anybody can connect.  ENAMETOOLONG: longer than the system's sun_path.
 */
int cproc_local_listen(const char *path, mode_t mode);
/*
 * A non-blocking connection.  ENOENT: no socket; ECONNREFUSED: nobody listens, or on FreeBSD too
 * many wait already; EAGAIN: too many wait already, on Linux.
 */
int cproc_local_connect(const char *path);
/* Two ends of a stream, both blocking. */
int cproc_local_pair(int ends[2]);
/* The next connection, non-blocking.  EAGAIN: none is waiting. */
int cproc_local_accept(int listener);

struct cproc_peer {
	uid_t user;
	gid_t group;
	pid_t pid; /* at the time of connect(2); 0 when the system does not know */
};

/* LOCAL_PEERCRED, SO_PEERCRED. */
int cproc_local_peer(int connection, struct cproc_peer *peer);

/*
 * Opens (makes) `path` and takes an exclusive flock(2).  EWOULDBLOCK: another process has it, and had it for all of a second.
 */
int cproc_lock_file(const char *path, mode_t mode);
/* The whole content of a file that this process has open for writing becomes this text. */
int cproc_content_replace(int descriptor, const char *text, size_t size);

/* ---------------------------------------------------------------- files */

enum cproc_kind {
	CPROC_KIND_OTHER,
	CPROC_KIND_FILE,
	CPROC_KIND_DIRECTORY,
	CPROC_KIND_SOCKET,
	CPROC_KIND_LINK,
	CPROC_KIND_FIFO,
	CPROC_KIND_DEVICE
};

struct cproc_file {
	uid_t user;
	gid_t group;
	uint32_t mode; /* permission bits */
	int kind;      /* enum cproc_kind */
	int64_t size;
	uint64_t device;
	uint64_t inode;
	uint64_t links;
	int64_t modified; /* nanoseconds since 1970 */
};

int cproc_file_status(const char *path, bool follow_link, struct cproc_file *file);
/* fstat(2) */
int cproc_descriptor_status(int descriptor, struct cproc_file *file);
/*
 * The names in a directory, `.` and `..` left out, each ending with a NUL, in no order.  *length is the sum of them.
 * The caller gives the result to cproc_memory_free().
 */
char *cproc_directory_names(const char *path, size_t *length);
void cproc_memory_free(void *memory);
int cproc_directory_make(const char *path, mode_t mode);
int cproc_directory_remove(const char *path);
int cproc_unlink(const char *path);
int cproc_rename(const char *from, const char *to);
/* 0 when this process may execute the file.  ENOENT, EACCES (no permission), EISDIR (a directory). */
int cproc_program_check(const char *path);

#endif
