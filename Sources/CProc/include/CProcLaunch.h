#ifndef CPROC_LAUNCH_H
#define CPROC_LAUNCH_H

/*
 * The wire form of a launch: struct cproc_spawn as one block of bytes without a pointer in it, so that another process can
 * carry it out.  A header of numbers, lists, and strings; wherever something is pointed to there is an offset from the
 * block's beginning, and 0 means that there is nothing.  Byte order and widths are the host's: both sides run on it.
 *
 * The descriptors that the new process is promised travel beside the block.  The block names them by their position
 * in that list.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cproc_spawn;

#define CPROC_LAUNCH_VERSION 1

/* Where a list begins, a multiple of the size of its elements' widest member, and how many elements it has. */
struct cproc_launch_list {
	uint32_t offset;
	uint32_t count;
};

/* Number `child` of the new process is the descriptor at the position `source`, or CPROC_LAUNCH_NULL. */
struct cproc_launch_promise {
	int32_t child;
	uint32_t source;
};

/* /dev/null, which whoever starts the process has open. */
#define CPROC_LAUNCH_NULL UINT32_MAX

struct cproc_launch_limit {
	int32_t resource; /* enum cproc_resource */
	uint32_t reserved;
	uint64_t soft;
	uint64_t hard;
};

/* The members are those of struct cproc_spawn. */
struct cproc_launch {
	uint32_t version; /* CPROC_LAUNCH_VERSION */
	uint32_t size;    /* of the whole block; its last byte is a NUL, so every string ends inside */
	uint64_t open_files_soft;
	uint64_t open_files_hard;
	uint32_t flags; /* enum cproc_spawn_flags */
	int32_t jail;
	uint32_t user;
	uint32_t group;
	uint32_t mask;
	int32_t nice;
	int32_t fib;
	/* Strings. */
	uint32_t root;
	uint32_t directory;
	uint32_t terminal;
	uint32_t login;
	uint32_t program; /* a number of the new process that is among the promises */
	/* uint32_t, the offset of a string each.  At least one program and one argument. */
	struct cproc_launch_list programs;
	struct cproc_launch_list arguments;
	struct cproc_launch_list environment;
	struct cproc_launch_list promises; /* struct cproc_launch_promise */
	struct cproc_launch_list limits;   /* struct cproc_launch_limit */
	struct cproc_launch_list groups;   /* uint32_t */
	struct cproc_launch_list cpus;     /* uint16_t */
};

/* The descriptors that came with a block, and /dev/null. */
struct cproc_launch_descriptors {
	const int *numbers;
	size_t count;
	int null;
};

/*
 * How many bytes of scratch memory cproc_launch_unpack() needs.  -1, EINVAL: the block is malformed; whatever bytes it
 * is made of, nothing outside of it is read.
 */
ssize_t cproc_launch_scratch(const void *block, size_t size);

/*
 * Makes of a block what cproc_spawn() takes.  The strings stay where they are, lists are laid out in `scratch` (aligned as
 * malloc(3) does): both are the caller's, and must outlive the call of cproc_spawn().  EINVAL: the block is malformed or
 * names a descriptor that did not come with it.  ENOBUFS: the scratch memory is too small.
 */
int cproc_launch_unpack(const void *block, size_t size, const struct cproc_launch_descriptors *descriptors,
    void *scratch, size_t scratch_size, struct cproc_spawn *spawn);

#endif
