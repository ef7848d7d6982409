#ifndef CPROC_FREEBSD_REQUEST_H
#define CPROC_FREEBSD_REQUEST_H

#include <sys/types.h>
#include <sys/uio.h>
#include <stddef.h>

/* The names and values of nmount(2), jail_set(2) and jail_get(2), and the kernel's words if it refuses them. */
struct request {
	struct iovec parts[16];
	unsigned count;
	char message[256];
};

void request_begin(struct request *request);
/* The value is the kernel's to write into for jail_get(2), and only to read otherwise.  At most seven of them. */
void request_add(struct request *request, const char *name, const void *value, size_t size);
void request_text(struct request *request, const char *name, const char *value);
/* The kernel's words, which end with a NUL; empty if it has said nothing. */
const char *request_message(struct request *request);

#endif
