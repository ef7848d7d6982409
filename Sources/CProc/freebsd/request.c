#if defined(__FreeBSD__)

#include "request.h"

#include <sys/param.h>
#include <sys/jail.h>
#include <sys/mount.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "../common/seam.h"

void
request_begin(struct request *request)
{
	memset(request, 0, sizeof *request);
	request_add(request, "errmsg", request->message, sizeof request->message);
}

void
request_add(struct request *request, const char *name, const void *value, size_t size)
{
	if (request->count + 2 > sizeof request->parts / sizeof request->parts[0]) {
		request->overflows = true;
		return;
	}
	/* The kernel only reads names, and values where it sets something; the type has no place for that. */
	request->parts[request->count++] = (struct iovec){
		.iov_base = (void *)(uintptr_t)name, .iov_len = strlen(name) + 1,
	};
	request->parts[request->count++] = (struct iovec){ .iov_base = (void *)(uintptr_t)value, .iov_len = size };
}

void
request_text(struct request *request, const char *name, const char *value)
{
	request_add(request, name, value, strlen(value) + 1);
}

static bool
is_whole(const struct request *request)
{
	if (request->overflows)
		errno = E2BIG;
	return !request->overflows;
}

int
request_mount(struct request *request, int flags)
{
	return is_whole(request) ? nmount(request->parts, request->count, flags) : -1;
}

int
request_jail_set(struct request *request, int flags)
{
	return is_whole(request) ? jail_set(request->parts, request->count, flags) : -1;
}

int
request_jail_get(struct request *request, int flags)
{
	return is_whole(request) ? jail_get(request->parts, request->count, flags) : -1;
}

const char *
request_message(struct request *request)
{
	request->message[sizeof request->message - 1] = '\0';
	return request->message;
}

#endif
