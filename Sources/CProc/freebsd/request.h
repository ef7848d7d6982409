#ifndef CPROC_FREEBSD_REQUEST_H
#define CPROC_FREEBSD_REQUEST_H

#include <sys/types.h>
#include <sys/uio.h>
#include <stdbool.h>
#include <stddef.h>

/* The names and values of nmount(2), jail_set(2) and jail_get(2), and the kernel's words if it refuses them. */
struct request {
	struct iovec parts[16];
	unsigned count;
	bool overflows;
	char message[256];
};

void request_begin(struct request *request);
/*
 * The value is the kernel's to write into for jail_get(2), and only to read otherwise.  There is room for seven; with
 * more the request is not made: E2BIG.
 */
void request_add(struct request *request, const char *name, const void *value, size_t size);
void request_text(struct request *request, const char *name, const char *value);
/* nmount(2), jail_set(2), jail_get(2). */
int request_mount(struct request *request, int flags);
int request_jail_set(struct request *request, int flags);
int request_jail_get(struct request *request, int flags);
/* The kernel's words, which end with a NUL; empty if it has said nothing. */
const char *request_message(struct request *request);

#endif
