#ifndef CPROC_COMMON_CHANNEL_H
#define CPROC_COMMON_CHANNEL_H

#include "CProcKeeper.h"

#include <sys/socket.h>

/* As many as a kernel may bring at once: Linux takes 253 in a message. */
#define CHANNEL_BATCH 253
/* A message's worth is incomplete, and another batch has come. */
#define CHANNEL_DESCRIPTORS (CPROC_KEEPER_DESCRIPTORS_MAX + CHANNEL_BATCH)

/* A message, or what is left of it, that could not be sent yet. */
struct channel_chunk {
	struct channel_chunk *next;
	size_t size;
	size_t sent;
	size_t count; /* of descriptors that are still to be sent; they go with the first byte */
	int descriptors[CPROC_KEEPER_DESCRIPTORS_MAX];
	unsigned char bytes[];
};

struct cproc_channel {
	int socket;
	struct channel_chunk *first;
	struct channel_chunk **last;
	size_t backlog;

	unsigned char *bytes; /* received: from `start` on, `size` of them */
	size_t start;
	size_t size;
	size_t capacity;
	int descriptors[CHANNEL_DESCRIPTORS]; /* received; the first `taken` belong to the message that was given out */
	size_t count;
	size_t taken;
};

/* Room for the descriptors of one sendmsg(2) or recvmsg(2). */
union channel_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(CHANNEL_BATCH * sizeof(int))];
};

#endif
