#ifndef CPROC_FREEBSD_PROBE_H
#define CPROC_FREEBSD_PROBE_H

#include "../common/probe.h"

#include <sys/uio.h>

/* The names and values of nmount(2) and jail_set(2), and the kernel's words if it refuses them. */
struct probe_request {
	struct iovec parts[12];
	unsigned count;
	char message[CPROC_PROBE_STEP_SIZE];
};

void probe_request_begin(struct probe_request *request);
void probe_request_add(struct probe_request *request, const char *name, const void *value, size_t size);
void probe_request_text(struct probe_request *request, const char *name, const char *value);
/* probe_failed() with the kernel's message, if it has left one. */
void probe_request_failed(const struct probe_request *request, struct cproc_probe_result *result, const char *call);

/* probe_jail.c */
probe_function probe_jail, probe_jail_vnet;
/* probe_mount.c */
probe_function probe_nullfs, probe_tmpfs;

#endif
