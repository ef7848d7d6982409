#ifndef CPROC_FREEBSD_ISOLATION_H
#define CPROC_FREEBSD_ISOLATION_H

#include "CProc.h"
#include "request.h"

/* Says why, sets errno, and returns -1. */
int refuse(char *reason, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The kernel's words, if it has left some; errno stays.  Returns -1. */
int refused(char *reason, struct request *request);

/* isolation_network.c: an address in the form of the network; 4 or 16 bytes. */
int address_parse(const struct cproc_address *address, void *bytes);

#endif
