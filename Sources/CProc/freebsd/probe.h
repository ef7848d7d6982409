#ifndef CPROC_FREEBSD_PROBE_H
#define CPROC_FREEBSD_PROBE_H

#include "../common/probe.h"
#include "request.h"

/* probe_failed() with the kernel's message, if it has left one. */
void probe_request_failed(struct request *request, struct cproc_probe_result *result, const char *call);

/* probe_jail.c */
probe_function probe_jail, probe_jail_vnet;
/* probe_mount.c */
probe_function probe_nullfs, probe_tmpfs;

#endif
