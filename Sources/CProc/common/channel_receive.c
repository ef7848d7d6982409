#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"
#include "channel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "seam.h"

/* What is read at once, and what a channel with nothing in it keeps. */
#define READ_SIZE ((size_t)16 * 1024)

/* Room for another read behind what is there. */
static int
make_room(struct cproc_channel *channel)
{
	size_t wanted = channel->size + READ_SIZE;
	unsigned char *bytes;

	if (channel->start > 0) {
		memmove(channel->bytes, channel->bytes + channel->start, channel->size);
		channel->start = 0;
	}
	/* Half of what a large message has needed is given back by the way. */
	if (channel->capacity >= wanted && (channel->size > 0 || channel->capacity <= 4 * READ_SIZE))
		return 0;
	if (channel->capacity < wanted && wanted < 2 * channel->size)
		wanted = 2 * channel->size;
	bytes = realloc(channel->bytes, wanted);
	if (bytes == NULL)
		return -1;
	channel->bytes = bytes;
	channel->capacity = wanted;
	return 0;
}

/* Takes over what has come: no descriptor is left behind, whatever else is wrong. */
static int
keep_descriptors(struct cproc_channel *channel, struct msghdr *message)
{
	bool fits = true;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
		size_t count;

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int descriptor;

			memcpy(&descriptor, CMSG_DATA(header) + i * sizeof descriptor, sizeof descriptor);
			if (channel->count < CHANNEL_DESCRIPTORS) {
				channel->descriptors[channel->count++] = descriptor;
			} else {
				close(descriptor);
				fits = false;
			}
		}
	}
	return fits && (message->msg_flags & MSG_CTRUNC) == 0 ? 0 : -1;
}

int
cproc_channel_receive(struct cproc_channel *channel)
{
	union channel_control control;
	struct msghdr message = { .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct iovec part;
	ssize_t count;

	if (make_room(channel) < 0)
		return -1;
	part.iov_base = channel->bytes + channel->size;
	part.iov_len = channel->capacity - channel->size;
	message.msg_iov = &part;
	do {
		count = recvmsg(channel->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (count < 0 && errno == EINTR);
	if (count < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		/* FreeBSD says EMSGSIZE where there is no room for a descriptor. */
		errno = errno == ECONNRESET ? EPIPE : EPROTO;
		return -1;
	}
	if (keep_descriptors(channel, &message) < 0) {
		errno = EPROTO;
		return -1;
	}
	if (count == 0) {
		errno = EPIPE;
		return -1;
	}
	channel->size += (size_t)count;
	return 1;
}

/* What belonged to the message before, and was not taken. */
static void
close_taken(struct cproc_channel *channel)
{
	for (size_t i = 0; i < channel->taken; i++) {
		if (channel->descriptors[i] >= 0)
			close(channel->descriptors[i]);
	}
	channel->count -= channel->taken;
	memmove(channel->descriptors, channel->descriptors + channel->taken, channel->count * sizeof(int));
	channel->taken = 0;
}

int
cproc_channel_next(struct cproc_channel *channel, struct cproc_message *message)
{
	struct cproc_keeper_header *header = &message->header;
	size_t whole;

	close_taken(channel);
	/* Descriptors come with a message's first byte: these belong to none. */
	if (channel->size == 0 && channel->count > 0) {
		errno = EPROTO;
		return -1;
	}
	if (channel->size < sizeof *header)
		return 0;
	memcpy(header, channel->bytes + channel->start, sizeof *header);
	if (header->size > CPROC_KEEPER_PAYLOAD_MAX || header->descriptors > CPROC_KEEPER_DESCRIPTORS_MAX) {
		errno = EPROTO;
		return -1;
	}
	whole = sizeof *header + header->size;
	if (channel->size < whole)
		return 0;
	/* They came with its first byte, or not at all. */
	if (channel->count < header->descriptors) {
		errno = EPROTO;
		return -1;
	}
	message->payload = channel->bytes + channel->start + sizeof *header;
	message->descriptors = channel->descriptors;
	channel->taken = header->descriptors;
	channel->start += whole;
	channel->size -= whole;
	return 1;
}

struct cproc_channel_rest
cproc_channel_rest(const struct cproc_channel *channel)
{
	return (struct cproc_channel_rest){
		.bytes = channel->bytes == NULL ? NULL : channel->bytes + channel->start,
		.size = channel->size,
		.descriptors = channel->descriptors + channel->taken,
		.count = channel->count - channel->taken,
	};
}

int
cproc_channel_restore(struct cproc_channel *channel, struct cproc_channel_rest rest)
{
	if (rest.count > CHANNEL_DESCRIPTORS || channel->size > 0 || channel->count > 0) {
		errno = EINVAL;
		return -1;
	}
	if (rest.size > 0) {
		channel->bytes = malloc(rest.size);
		if (channel->bytes == NULL)
			return -1;
		memcpy(channel->bytes, rest.bytes, rest.size);
		channel->size = channel->capacity = rest.size;
	}
	if (rest.count > 0)
		memcpy(channel->descriptors, rest.descriptors, rest.count * sizeof(int));
	channel->count = rest.count;
	return 0;
}

#endif
