#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"
#include "channel.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "seam.h"

/* What a descriptor in the queue counts for: it binds memory of the kernel. */
#define DESCRIPTOR_WEIGHT 4096

/* sendmsg(2) with descriptors, which go with the first byte. Returns how much was sent; 0: nothing now. */
static ssize_t
send_some(int socket, struct iovec *parts, int part_count, const int *descriptors, size_t count)
{
	union channel_control control;
	struct msghdr message = { .msg_iov = parts };
	ssize_t sent;

	message.msg_iovlen = (__typeof__(message.msg_iovlen))part_count;
	if (count > 0) {
		struct cmsghdr *header;

		memset(&control, 0, sizeof control);
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
	}
	do {
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent;
}

static bool
is_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK;
}

/* The kernel is short of memory for it, or too many descriptors are on their way (unix(7)). */
static bool
is_shortage(int error)
{
	return error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS;
}

static void
free_chunk(struct channel_chunk *chunk)
{
	for (size_t i = 0; i < chunk->count; i++)
		close(chunk->descriptors[i]);
	free(chunk);
}

static struct channel_chunk *
make_chunk(const struct cproc_keeper_header *header, const void *payload, size_t sent, const int *descriptors)
{
	size_t size = sizeof *header + header->size - sent;
	struct channel_chunk *chunk = malloc(sizeof *chunk + size);
	unsigned char *to;

	if (chunk == NULL)
		return NULL;
	chunk->next = NULL;
	chunk->size = size;
	chunk->sent = 0;
	chunk->count = 0;
	to = chunk->bytes;
	if (sent < sizeof *header) {
		memcpy(to, (const unsigned char *)header + sent, sizeof *header - sent);
		to += sizeof *header - sent;
		sent = sizeof *header;
	}
	if (header->size > 0)
		memcpy(to, (const unsigned char *)payload + (sent - sizeof *header), header->size - (sent - sizeof *header));
	if (size < sizeof *header + header->size)
		return chunk; /* begun: the descriptors are on their way */
	for (size_t i = 0; i < header->descriptors; i++) {
		int copy = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3);

		if (copy < 0) {
			int error = errno;

			free_chunk(chunk);
			errno = error;
			return NULL;
		}
		chunk->descriptors[chunk->count++] = copy;
	}
	return chunk;
}

static void
append(struct cproc_channel *channel, struct channel_chunk *chunk)
{
	*channel->last = chunk;
	channel->last = &chunk->next;
	channel->backlog += chunk->size + chunk->count * DESCRIPTOR_WEIGHT;
}

int
cproc_channel_send(struct cproc_channel *channel, const struct cproc_keeper_header *header, const void *payload,
    const int *descriptors)
{
	struct iovec parts[2] = {
		{ .iov_base = (void *)(uintptr_t)header, .iov_len = sizeof *header },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = header->size },
	};
	struct channel_chunk *chunk;
	ssize_t sent = 0;

	if (header->size > CPROC_KEEPER_PAYLOAD_MAX || header->descriptors > CPROC_KEEPER_DESCRIPTORS_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (channel->first == NULL) {
		sent = send_some(channel->socket, parts, 2, descriptors, header->descriptors);
		if (sent < 0 && !is_later(errno) && !is_shortage(errno))
			return -1;
		if (sent < 0)
			sent = 0;
		if ((size_t)sent == sizeof *header + header->size)
			return 0;
	}
	chunk = make_chunk(header, payload, (size_t)sent, descriptors);
	if (chunk == NULL)
		return -1;
	append(channel, chunk);
	return 0;
}

static int
send_chunk(struct cproc_channel *channel, struct channel_chunk *chunk)
{
	while (chunk->sent < chunk->size) {
		struct iovec part = { .iov_base = chunk->bytes + chunk->sent, .iov_len = chunk->size - chunk->sent };
		ssize_t sent = send_some(channel->socket, &part, 1, chunk->descriptors, chunk->count);

		if (sent < 0)
			return is_later(errno) ? CPROC_CHANNEL_WAITS : is_shortage(errno) ? CPROC_CHANNEL_RETRIES : -1;
		channel->backlog -= (size_t)sent + chunk->count * DESCRIPTOR_WEIGHT;
		chunk->sent += (size_t)sent;
		for (; chunk->count > 0; chunk->count--)
			close(chunk->descriptors[chunk->count - 1]);
	}
	return CPROC_CHANNEL_DONE;
}

int
cproc_channel_flush(struct cproc_channel *channel)
{
	while (channel->first != NULL) {
		struct channel_chunk *chunk = channel->first;
		int progress = send_chunk(channel, chunk);

		if (progress != CPROC_CHANNEL_DONE)
			return progress;
		channel->first = chunk->next;
		if (channel->first == NULL)
			channel->last = &channel->first;
		free_chunk(chunk);
	}
	return CPROC_CHANNEL_DONE;
}

size_t
cproc_channel_backlog(const struct cproc_channel *channel)
{
	return channel->backlog;
}

struct cproc_channel *
cproc_channel_make(int socket)
{
	struct cproc_channel *channel;

	if (cproc_set_nonblocking(socket) < 0)
		return NULL;
	channel = calloc(1, sizeof *channel);
	if (channel == NULL)
		return NULL;
	channel->socket = socket;
	channel->last = &channel->first;
	return channel;
}

void
cproc_channel_free(struct cproc_channel *channel)
{
	if (channel == NULL)
		return;
	while (channel->first != NULL) {
		struct channel_chunk *chunk = channel->first;

		channel->first = chunk->next;
		free_chunk(chunk);
	}
	for (size_t i = 0; i < channel->count; i++) {
		if (channel->descriptors[i] >= 0)
			close(channel->descriptors[i]);
	}
	free(channel->bytes);
	close(channel->socket);
	free(channel);
}

int
cproc_channel_socket(const struct cproc_channel *channel)
{
	return channel->socket;
}

#endif
